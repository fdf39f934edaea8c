// The package's own index loads the whole browser bundle into the server; this file of it only knows the folder.
declare module 'swagger-ui-dist/absolute-path.js' {
  export default function getAbsoluteFSPath(): string;
}
