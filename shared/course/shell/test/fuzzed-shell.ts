/** A lesson's shell for `serve.ts`; its lesson and tap end with the process. */
import { stage } from './stage.ts';

const { server } = await stage({ 'README.md': '# Bells\n', 'a.ts': '1\n' });
server.close();

export const createServer = () => ({ server });
