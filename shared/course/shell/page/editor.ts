/** The button that opens the file that is read in the learner's editor. */
import { own } from '@on-the-wire/viewer/page/elements.ts';
import type { EditorMessage } from '../open-file.ts';
import { readFileAndLine } from './reader.ts';

const reader = own('reader');
const button = own<HTMLButtonElement>('reader-editor');
const said = own('reader-said');

let editor: Promise<EditorMessage> | undefined;

/** Offers the button beside each file, where there is an editor. */
export function startEditor(): void {
  button.addEventListener('click', () => void openFile());
  reader.addEventListener('shown', () => void offer());
  void offer();
}

async function offer(): Promise<void> {
  said.textContent = '';
  button.hidden = true;
  if (!readFileAndLine()) return;
  editor ??= askForEditor();
  const known = await editor;
  if (!readFileAndLine()) return;
  button.hidden = !('name' in known);
  if ('name' in known) button.title = `In ${known.name}`;
  else said.textContent = known.why;
}

async function askForEditor(): Promise<EditorMessage> {
  try {
    const response = await fetch('/editor');
    if (response.ok) return (await response.json()) as EditorMessage;
    return { why: await response.text() };
  } catch {
    editor = undefined; // Perhaps the next file finds the shell again.
    return { why: '' };
  }
}

async function openFile(): Promise<void> {
  const read = readFileAndLine();
  if (!read) return;
  try {
    const response = await fetch('/files/open', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(read),
    });
    said.textContent = response.ok
      ? `Opened in ${((await response.json()) as { name: string }).name}.`
      : await response.text();
  } catch {
    said.textContent = 'The shell did not respond. Does the lesson still run?';
  }
}
