/**
 * The command line: {@link Main} runs {@link CommandTree}; a command parses, calls the engine and
 * prints, through a {@link Screen}.
 */
@NullMarked
package palimpsest.cli;

import org.jspecify.annotations.NullMarked;
