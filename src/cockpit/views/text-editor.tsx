import { useRef } from 'react';
import { editorLines, listed, offsetOf, placeWords, problemWords } from '../model/edited-file.ts';
import type { ToldProblem } from '../told/answers.ts';
import { t } from '../words/translate.ts';

/** A long text has no marks behind it, and scrolls in its own box. */
const rowsOfLongText = 25;

interface EditorProps {
  readonly label: string;
  readonly file: string;
  readonly text: string;
  readonly problems: readonly ToldProblem[];
  /** undefined if the text is only shown. */
  readonly change: ((text: string) => void) | undefined;
}

/** A text with its line numbers and mistakes. The marks are on a copy of the text that lies behind it, line by line. */
export function TextEditor({ label, file, text, problems, change }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = editorLines(text, file, problems);
  const go = (problem: ToldProblem) => {
    const offset = offsetOf(text, problem);
    area.current?.focus();
    area.current?.setSelectionRange(offset, offset);
  };
  return (
    <>
      <div className={lines.length > 0 ? 'editor' : 'editor long'}>
        <div className="editor-lines" aria-hidden="true">
          {lines.map(({ parts, mistakes }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
            <div key={index} className={mistakes ? 'editor-line wrong' : 'editor-line'} title={mistakes}>
              {parts.map((part, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: so are its parts.
                <span key={at} className={part.isMarked ? 'marked' : undefined}>
                  {part.text}
                </span>
              ))}
            </div>
          ))}
        </div>
        <textarea
          ref={area}
          aria-label={label}
          aria-invalid={problems.length > 0}
          readOnly={!change}
          value={text}
          rows={lines.length || rowsOfLongText}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          onChange={({ target }) => change?.(target.value)}
        />
      </div>
      <Problems problems={problems} file={file} go={go} />
    </>
  );
}

interface ProblemsProps {
  readonly problems: readonly ToldProblem[];
  readonly file: string;
  readonly go: (problem: ToldProblem) => void;
}

function Problems({ problems, file, go }: ProblemsProps) {
  const { shown, more } = listed(problems);
  return (
    <ul className="problems" aria-live="polite" aria-label={t('Mistakes')}>
      {shown.map((problem) => (
        <li key={`${problem.file} ${problem.line} ${problem.column} ${problem.message}`}>
          {problem.file === file ? (
            <button type="button" className="place" onClick={() => go(problem)}>
              {placeWords(problem, file)}
            </button>
          ) : (
            <span className="place">{placeWords(problem, file)}</span>
          )}
          : {problemWords(problem)}
        </li>
      ))}
      {more > 0 && <li>{t('and {count} more', { count: more })}</li>}
    </ul>
  );
}
