export { type BrowserKey, type BrowserKeys, type BrowserKeysInput, openBrowserKeys } from './keys.js';
export {
  type DecryptKeyByPasskeyOptions,
  decryptKeyByPasskey,
  type EncryptKeyByPasskeyInput,
  encryptKeyByPasskey,
  type PasskeyFile,
} from './passkey.js';
