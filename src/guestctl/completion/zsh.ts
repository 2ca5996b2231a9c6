import type { Command } from 'commander';
import { shellQuoted } from '../../host/shell-word.ts';
import { type CompletionKind, commandModels, type OptionModel, optionModel } from './model.ts';

/** For a directory of $fpath, as _guestctl. */
export function zshCompletion(program: Command): string {
  const commands = commandModels(program);
  return `#compdef guestctl
# Made of the command line of guestctl itself.
_guestctl_guests() { compadd -- \${(f)"$(guestctl complete guests 2>/dev/null)"} }
_guestctl_declared() { compadd -- \${(f)"$(guestctl complete declared 2>/dev/null)"} }
_guestctl_deployments() { compadd -- \${(f)"$(guestctl complete deployments "\${line[1]}" "$PREFIX" 2>/dev/null)"} }

_guestctl() {
    local curcontext=$curcontext state line
    local -a commands=(
${commands.map(({ name, description }) => `        ${shellQuoted(`${name}:${description}`)}`).join('\n')}
    )
    _arguments -C ${program.options.map((option) => specOf(optionModel(option))).join(' ')} \\
        '1:command:->command' '*::argument:->argument'
    case $state in
        command) _describe command commands ;;
        argument)
            curcontext=\${curcontext%:*}-$line[1]:
            case $line[1] in
${commands.map(({ name, options, arguments: kinds, variadic }) => `                ${name}) _arguments ${[...options.map(specOf), ...kinds.map((kind, index) => argumentSpec(kind, variadic && index === kinds.length - 1))].join(' ')} ;;`).join('\n')}
            esac
            ;;
    esac
}
_guestctl "$@"
`;
}

const actions: Readonly<Record<CompletionKind, string>> = {
  guest: '_guestctl_guests',
  declared: '_guestctl_declared',
  deployment: '_guestctl_deployments',
  file: '_files',
  other: ' ',
};

const argumentSpec = (kind: CompletionKind, variadic: boolean): string =>
  shellQuoted(`${variadic ? '*' : ''}:${kind}:${actions[kind]}`);

/** zshcompsys(1), _arguments: the spellings exclude each other. */
function specOf({ short, long, description, value, takesValue }: OptionModel): string {
  const text = `[${description.replaceAll(/[[\]:]/g, '\\$&')}]`;
  const words = Array.isArray(value) ? `(${value.join(' ')})` : value === 'file' ? '_files' : ' ';
  const argument = takesValue ? `:value:${words}` : '';
  const spec = (spelling: string) => shellQuoted(`(${short ?? ''} ${long})${spelling}${text}${argument}`);
  return [...(short ? [spec(short)] : []), spec(long)].join(' ');
}
