package palimpsest.torch.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.torch.Native;

/**
 * Which run a ledger is of: all that its result depends on but the data, which have a table.
 *
 * @param what was to be done, by name: recipe, slices, digest of the first weights, ...
 * @param machine what settles how numbers are rounded: libraries, processor, threads
 * @param elsewhere how the machine on which a part of it was done differed; empty where all was
 *     done alike, which is when a run from the start would come to the same bits
 */
public record RunHeader(
    Map<String, String> what, Map<String, String> machine, List<String> elsewhere) {
  /** Name of the digest of the first weights. */
  public static final String START = "start";

  private static final ObjectMapper JSON = new ObjectMapper();

  public RunHeader {
    what = Collections.unmodifiableMap(new TreeMap<>(what));
    machine = Collections.unmodifiableMap(new TreeMap<>(machine));
    elsewhere = List.copyOf(elsewhere);
  }

  /** A run to come, from its first step on this machine. */
  public static RunHeader here(Map<String, String> what) {
    Map<String, String> machine = new TreeMap<>(Native.describe());
    machine.remove("OMP_WAIT_POLICY"); // how threads wait changes no number
    machine.put("steps", TinyRun.digest());
    return new RunHeader(what, machine, List.of());
  }

  /** That of a ledger, from its first line. */
  static RunHeader of(String first) {
    try {
      JsonNode there = JSON.readTree(first).path("run");
      List<String> elsewhere = new ArrayList<>();
      there.path("elsewhere").forEach(e -> elsewhere.add(e.asText()));
      return new RunHeader(map(there.path("what")), map(there.path("machine")), elsewhere);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifact("the ledger's first line is not JSON: restore it from a copy", e);
    }
  }

  private static Map<String, String> map(JsonNode node) {
    Map<String, String> map = new TreeMap<>();
    node.properties().forEach(f -> map.put(f.getKey(), f.getValue().asText()));
    return map;
  }

  /** One line of JSON. */
  public String json() {
    try {
      Map<String, Object> all = new TreeMap<>(Map.of("what", what, "machine", machine));
      if (!elsewhere.isEmpty()) {
        all.put("elsewhere", elsewhere);
      }
      return JSON.writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Names of what was to be done that differ. */
  List<String> others(RunHeader recorded) {
    return differences(recorded.what, what).stream()
        .map(d -> d.substring(0, d.indexOf(':')))
        .toList();
  }

  /** This run, of which a part was taken over from a recorded one, wherever that was done. */
  RunHeader after(RunHeader recorded) {
    TreeSet<String> all = new TreeSet<>(recorded.elsewhere);
    all.addAll(differences(recorded.machine, machine));
    return new RunHeader(what, machine, List.copyOf(all));
  }

  private static List<String> differences(Map<String, String> then, Map<String, String> now) {
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    return names.stream()
        .filter(n -> !then.getOrDefault(n, "none").equals(now.getOrDefault(n, "none")))
        .map(
            n ->
                n
                    + ": then "
                    + then.getOrDefault(n, "none")
                    + ", now "
                    + now.getOrDefault(n, "none"))
        .toList();
  }
}
