package palimpsest.torch.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The names of full-size models against the map that diffusers' conversion makes of them. */
class LdmNamesTest {

  static Stream<JsonNode> kinds() {
    List<JsonNode> all = new ArrayList<>();
    TinyPipeline.NAMES.get("kinds").forEach(all::add);
    return all.stream();
  }

  /** {@code a.{b,c}} stands for a.b and a.c. */
  private static List<String> expand(String template) {
    int open = template.indexOf('{');
    if (open < 0) {
      return List.of(template);
    }
    int close = template.indexOf('}', open);
    List<String> names = new ArrayList<>();
    for (String choice : template.substring(open + 1, close).split(",", -1)) {
      names.addAll(expand(template.substring(0, open) + choice + template.substring(close + 1)));
    }
    return names;
  }

  @Test
  void expand_twoLists_isEveryPair() {
    assertThat(expand("a.{b,c}.{d,e}")).containsExactly("a.b.d", "a.b.e", "a.c.d", "a.c.e");
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("kinds")
  void of_fullSizeNames_isTheMapOfDiffusers(JsonNode kind) throws Exception {
    Set<String> names = new LinkedHashSet<>();
    kind.get("templates").forEach(t -> names.addAll(expand(t.asText())));
    String id = kind.get("name").asText().toUpperCase(Locale.ROOT);
    assertThat(LdmKind.of(names, "here").name()).isEqualTo(id);
    LdmNames map = new LdmNames(LdmKind.valueOf(id), names);
    Set<String> lines = new TreeSet<>();
    Set<String> unused = new TreeSet<>();
    Map<String, Integer> counts = new TreeMap<>();
    for (String name : names) {
      List<LdmNames.Target> targets = map.of(name).orElseThrow(() -> new AssertionError(name));
      if (targets.isEmpty()) {
        unused.add(name);
      }
      for (LdmNames.Target target : targets) {
        counts.merge(target.component(), 1, Integer::sum);
        String form = target.form().name().toLowerCase(Locale.ROOT);
        lines.add(target.component() + "/" + target.name() + " " + name + " " + form + "\n");
      }
    }
    for (JsonNode row : kind.get("sample")) {
      assertThat(lines)
          .contains(
              row.get(0).asText()
                  + "/"
                  + row.get(1).asText()
                  + " "
                  + row.get(2).asText()
                  + " "
                  + row.get(3).asText()
                  + "\n");
    }
    kind.get("counts")
        .properties()
        .forEach(e -> assertThat(counts).containsEntry(e.getKey(), e.getValue().asInt()));
    Set<String> wanted = new TreeSet<>();
    kind.get("unused").forEach(name -> wanted.add(name.asText()));
    assertThat(unused).isEqualTo(wanted);
    MessageDigest sha = CheckpointDigest.sha256();
    lines.forEach(line -> sha.update(line.getBytes(StandardCharsets.UTF_8)));
    assertThat(CheckpointDigest.hex(sha)).isEqualTo(kind.get("digest").asText());
  }
}
