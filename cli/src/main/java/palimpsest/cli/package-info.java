/** The command line: parses, calls the engine, prints; no logic. */
@NullMarked
package palimpsest.cli;

import org.jspecify.annotations.NullMarked;
