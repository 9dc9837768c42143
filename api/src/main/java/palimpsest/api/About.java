package palimpsest.api;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A method in words: what {@code methods --explain} prints.
 *
 * @param what its name and what it does, one line
 * @param formula in plain characters, its symbols being the names of the parameters
 * @param source paper or other origin, with its identifier
 * @param fidelity how it follows the source: {@code faithful}, or {@code variant: how}, or {@code
 *     simplified: why}
 * @param defaults where the default values come from
 * @param parameters what each hyper-parameter is, by name
 */
public record About(
    String what,
    String formula,
    String source,
    String fidelity,
    String defaults,
    Map<String, String> parameters) {
  public About {
    Check.notBlank(what, "what");
    Check.notBlank(formula, "formula");
    Check.notBlank(source, "source");
    Check.notBlank(fidelity, "fidelity");
    Check.notBlank(defaults, "defaults");
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
  }
}
