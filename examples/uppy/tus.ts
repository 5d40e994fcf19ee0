import Uppy from '@uppy/core';
import Dashboard from '@uppy/dashboard';
import GoldenRetriever from '@uppy/golden-retriever';
import Tus from '@uppy/tus';
import '@uppy/core/css/style.min.css';
import '@uppy/dashboard/css/style.min.css';
import { DASHBOARD, openPage } from './page.js';
import { tusOptions } from './tus-options.js';

const { service, showFile } = openPage();

const uppy = new Uppy({ id: 'tus' })
  .use(Dashboard, DASHBOARD)
  .use(GoldenRetriever)
  .use(Tus, tusOptions(service));

uppy.on('upload-success', (_file, { uploadURL }) => {
  showFile(uploadURL);
});
