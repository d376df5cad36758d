// The Node packages say `"os": "linux"` where pnpm reads only lists: without
// this hook every machine would install all six of them.
export const hooks = {
  readPackage(manifest) {
    for (const field of ['os', 'cpu']) {
      if (typeof manifest[field] === 'string')
        manifest[field] = [manifest[field]];
    }
    return manifest;
  },
};
