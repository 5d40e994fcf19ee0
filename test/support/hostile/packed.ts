/** What programs have packed that nothing here packs: written down as they made it. */
const packed = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** 1 MiB of nothing, by `xz -0 --check=crc32`. */
export const XZ_OF_ZEROS = packed(
  '/Td6WFoAAAFpIt42AgAhAQwAAACPmEGc7///ANldAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1Iq9+SVJQAAAAAAHOo4pwAB8QGAgEAAb9Xu3D4wDYsCAAAAAAFZWg==',
);

/** 46,000,000 bytes of nothing, by `bzip2 -9`. */
export const BZIP2_OF_ZEROS = packed(
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZudCH0AAAxdAAwAAEAAAIIAAgpTQZjUhbBQvF3JFOFCQpcNCbgA==',
);

/** A tar with the test virus, by `xz`. */
export const XZ_OF_VIRUS = packed(
  '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4Cf/AKJdADCLiGcz+dyCX1j3VmLZtilgLVumqMBV3TMRzB0jZuATwbruqfmx8POpi506nzvaJVBg4arh/20B72hIEMY57w2vlqQ4NySDix1K8OmyL+YTRuImuf413Ahq0KoXvXSuOc/qb/qGGH18ym2wf5fMQOclOS4GKrIW7oEpbvjSU3rtjX7llli9OCvllnV4kNmgHfsGmkeBT7bIxWrT0ecGaytMAAAAAKlTI40AAboBgFAAAPVVgcQ+MA2LAgAAAAABWVo=',
);
