import { makeDirectories } from '../../host/make-directories.ts';
import { writeFile } from '../../host/write-file.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { makeProgram } from '../program.ts';
import { pageFile, pageText } from './page.ts';
import { pages } from './pages.ts';

declare const VERSION: string;

// Run by npm run build: writes the manual pages and the shell completions, made from the program itself, to dist/.
const [output = 'dist'] = process.argv.slice(2);
const program = makeProgram(VERSION);
const write = (path: string, text: string) => writeFile(`${output}/${path}`, text);

makeDirectories(`${output}/man`);
for (const page of pages(program)) write(`man/${pageFile(page)}`, pageText(page, VERSION));
makeDirectories(`${output}/completion`);
write('completion/guestctl', bashCompletion(program));
write('completion/_guestctl', zshCompletion(program));
write('completion/guestctl.fish', fishCompletion(program));
