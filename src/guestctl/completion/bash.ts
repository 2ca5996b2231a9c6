import type { Command } from 'commander';
import { type CommandModel, commandModels, type OptionModel, optionModel } from './model.ts';

/** For /usr/share/bash-completion/completions/guestctl. */
export function bashCompletion(program: Command): string {
  const commands = commandModels(program);
  const options = program.options.map(optionModel);
  const all = [...options, ...commands.flatMap((command) => command.options)];
  return `# Made of the command line of guestctl itself.
_guestctl() {
    local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
    local command= guest= place=0 words= kind= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case \${COMP_WORDS[i]} in
            ${patterns(all.filter(({ takesValue }) => takesValue))}) ((i++)) ;;
            -*) ;;
            *)
                if [[ -z $command ]]; then
                    command=\${COMP_WORDS[i]}
                else
                    ((place++))
                    guest=\${guest:-\${COMP_WORDS[i]}}
                fi
                ;;
        esac
    done
    case $command,$previous in
${valueCases(all)}
    esac
    case $command in
        '') words='${[...commands.map(({ name }) => name), 'help'].join(' ')}' ;;
${commands.map(argumentCase).join('\n')}
    esac
    if [[ $current == -* ]]; then
        case $command in
${flagCases(options, commands)}
        esac
        kind=
    fi
    case $kind in
        guest) words=$(guestctl complete guests 2>/dev/null) ;;
        declared) words=$(guestctl complete declared 2>/dev/null) ;;
        deployment) words=$(guestctl complete deployments "$guest" "$current" 2>/dev/null) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _guestctl guestctl
`;
}

const spellings = ({ short, long }: OptionModel): string[] => [...(short ? [short] : []), long];
const patterns = (options: readonly OptionModel[]): string =>
  [...new Set(options.flatMap(spellings))].join('|');
const flags = (options: readonly OptionModel[]): string => options.map(({ long }) => long).join(' ');

/** Completes options. */
const flagCases = (options: readonly OptionModel[], commands: readonly CommandModel[]): string =>
  [{ name: "''", options }, ...commands]
    .map((command) => `            ${command.name}) words='${flags(command.options)} --help' ;;`)
    .join('\n');

/** Completes the value after an option. */
function valueCases(options: readonly OptionModel[]): string {
  const byLong = new Map(
    options.filter(({ takesValue }) => takesValue).map((option) => [option.long, option]),
  );
  return [...byLong.values()]
    .map((option) => {
      const pattern = spellings(option)
        .map((spelling) => `*,${spelling}`)
        .join('|');
      const words = Array.isArray(option.value)
        ? `mapfile -t COMPREPLY < <(compgen -W '${option.value.join(' ')}' -- "$current")`
        : 'COMPREPLY=()';
      return `        ${pattern}) ${words}; return ;;`;
    })
    .join('\n');
}

function argumentCase({ name, arguments: kinds, variadic }: CommandModel): string {
  const cases = kinds.map((kind, index) => {
    const last = variadic && index === kinds.length - 1;
    return `${last ? '*' : index}) kind=${kind} ;;`;
  });
  return cases.length > 0
    ? `        ${name}) case $place in ${cases.join(' ')} esac ;;`
    : `        ${name}) ;;`;
}
