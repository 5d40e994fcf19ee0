import { AwsS3, Dashboard, GoldenRetriever, Uppy } from 'uppy-5';
import 'uppy-5/dist/uppy.min.css';
import { DASHBOARD, openPage } from './page.js';
import { s3Options5 } from './s3-5-options.js';

const { lazaret, showFile } = openPage();

const uppy = new Uppy({ id: 's3-5' }).use(Dashboard, DASHBOARD).use(GoldenRetriever);
uppy.use(AwsS3, {
  ...s3Options5(lazaret, uppy),
  // A browser opens six connections to one host, and every hook needs one as well.
  limit: 2,
});

uppy.on('upload-success', (_file, { uploadURL }) => {
  showFile(uploadURL);
});
