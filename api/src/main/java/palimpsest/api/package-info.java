/**
 * The words of Palimpsest, as types: {@code Request -> Finding* -> Plan(Remedy*) -> Outcome ->
 * Score* -> Dossier}.
 *
 * <p>JDK only. Everything here is immutable and non-null unless marked.
 */
@NullMarked
package palimpsest.api;

import org.jspecify.annotations.NullMarked;
