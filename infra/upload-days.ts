/** After how many days lifecycle rules abort incomplete uploads. Pure. */
export const UPLOAD_DAYS = {
  /** Uploads into the source are other people's and may take days. */
  source: 7,
  /** Parts of a broken multipart copy cost storage and keep a directory bucket from being deleted. Ours take minutes. */
  destination: 1,
} as const;
