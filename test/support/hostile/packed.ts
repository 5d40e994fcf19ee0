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

/** A 7z of two texts, by `7zz a`. */
export const SEVEN_ZIP = packed(
  'N3q8ryccAAQLbnu4lAAAAAAAAAAgAAAAAAAAAP3g3zvgBGUALl0AMZsI0w2kuJc6FtXKoDTtigJwHUDnDEdLLtbvLYe6YSo91x4QDr7XC5woHHndqgAAAIEzB64P0VujJKCQoHdexUAYn7XSZ4Ipz8kcE9QcoTtw+Rc+D7QYhj9QyeOkNTIXp4YwOiq3RCxolPkQhfUIclCsiF1hjqJxUYJ+EBwl3jodZPQE/YOcnTYkRtYAFwY2AQleAAcLAQABIwMBAQVdABAAAAxyCgF9Iz0eAAA=',
);

/** The same of one text, whose list of members is not packed: `-mhc=off`. */
export const SEVEN_ZIP_PLAIN = packed(
  'N3q8ryccAAQuIakSCgAAAAAAAABWAAAAAAAAADC565IBAAVjbGVhbgoAAQQGAAEJCgAHCwEAASEhAQAMBgAICgEKTyY9AAAFARkMAAAAAAAAAAAAAAAAERsAaQBuAC8AYwBsAGUAYQBuAC4AdAB4AHQAAAAZABUGAQAggKSBAAA=',
);

/** A 7z of a text and the test virus. */
export const SEVEN_ZIP_OF_VIRUS = packed(
  'N3q8ryccAAT8obud0wAAAAAAAAAgAAAAAAAAAC0V/nzgBKMAal0ALA1F4iNLOAn+JCxbSzaQMdxLJDW2Mt+vMUw83886S3Vz5YvIfomzgF73lB+NqcMe+klsBfyEBVpx/Dm6kmWLl0On3QpgpKBwimMfH8uzDAYbJdg32NCEtAAGlZfkcHx03rhWmqtpoKQqXQAAAIEzB64P1HgnLUIV9rNFfWlNj59SPGawt7rrxb5YMsNwOGcLVCj4uMXZSevuetJbbjvznmOKQ+CGSjMMXUgWD4DccHishT2scL9vXsMjAkM7uxk7VFhIkvng/o8U4gAAFwZyAQlhAAcLAQABIwMBAQVdABAAAAxyCgFYy8NZAAA=',
);

/** A 7z whose members are encrypted: `-pabc`. */
export const SEVEN_ZIP_ENCRYPTED = packed(
  'N3q8ryccAARYJJf+MAAAAAAAAABmAAAAAAAAAJQCZ+GqSCFp+X5lfCkcN/Jym9MJAEwCEqccae1KHbML2YRfMn5Rc5jJE8YvJqg/w/gdGJYBBAYAAQkwAAcLAQACJAbxBwESUw/tpot2sKmJJetBDZ7tWmZZISEBAAEADDCEYAAICgEEqFh7AAAFARkAERsAaQBuAC8AbABvAHIAZQBtAC4AdAB4AHQAAAAZABUGAQAggKSBAAA=',
);

/** A 7z whose list of members is encrypted as well: `-pabc -mhe`. */
export const SEVEN_ZIP_HIDDEN = packed(
  'N3q8ryccAATK8nodgAAAAAAAAAAuAAAAAAAAAEiQfK3w6CviYo9puF5KZKIJbDLdRq+D/83WMh5cIi90ODvaAnQZ0mDVgOU+3rC3VLkg6UDNnpyWc5eIN7+Nw8c811REld02UFXa1VDXVL/F5vV3zARD5t9W8SjVjMMuBsAFxX9w5wtxVenrxRcUHg6mcNY+H4XiWU+t9H1k+RIRbI2ZSBcGEAEJcAAHCwEAASQG8QcBElMPTfjTeKBqN+t1S++ruwPFIwxmCgGDoX8rAAA=',
);

/** A 7z of a text and the test virus in bzip2, which clamd does not open: `-m0=BZip2`. */
export const SEVEN_ZIP_BZIP2_OF_VIRUS = packed(
  'N3q8ryccAAT6zGt0CQEAAAAAAAAhAAAAAAAAAKUFKvlCWmg5MUFZJlNZtZqNqAAAqx+AZnsGgG9l310mJt4CMAC6giJo0NNAABo0000ABgAAAAAMAACpVTQMAAAAADTJYEexHgIoEY9NVfXg65tLRv3b7wjR05s4VvXohONOMSlIMZJLlLLArMQhAGgVIYRYwd1PHgA5pysucHD6rBHMR0EVhFIj2IqEUCPQigRSI3CKRH+EWBFQj7EVxFkRx+C7kinChIWs1G1AAACBMweuD9UwkAdXJNP+spd6zrBD+B9eoo/NxkuxWwOMLYFgFWTnlWPj8SkUMnVb4Pzv8CrPVCRGDTvv8TvpwF2wcRwsNn7jMpYD4Th/yM0Xjyj6F0lu3XToVC5/m4wAFwaAqQEJYAAHCwEAASMDAQEFXQAQAAAMcgoBYRPPwwAA',
);
