/** The key that a copy writes first and deletes last: a storage with it is not whole. */
export const COPY_KEY = 'ttp-copy/source';
