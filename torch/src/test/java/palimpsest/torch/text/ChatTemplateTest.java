package palimpsest.torch.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.text.ChatTemplate.Message;

class ChatTemplateTest {
  private static final Path GOLDEN = Path.of("../testkit/golden/llama/chat.json");
  private static final List<Message> HELLO = List.of(new Message("user", "Hello"));

  private static String render(String template) {
    return ChatTemplate.of(template).render(HELLO, true, "<s>", "</s>");
  }

  @TestFactory
  Stream<DynamicTest> render_goldenConversations_areThoseOfTransformers() {
    JsonNode golden = JsonFile.read(GOLDEN);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode each : golden.get("cases")) {
      String name = each.get("template").asText();
      JsonNode template = golden.get("templates").get(name);
      List<Message> messages = new ArrayList<>();
      for (JsonNode m : golden.get("conversations").get(each.get("conversation").asText())) {
        messages.add(new Message(m.get("role").asText(), m.get("content").asText()));
      }
      ChatTemplate chat = ChatTemplate.of(template.get("template").asText());
      String bos = template.get("bos_token").asText("");
      bos = template.get("bos_token").isNull() ? "" : bos;
      String eos = template.get("eos_token").asText();
      String first = bos;
      tests.add(
          DynamicTest.dynamicTest(
              name + ", " + each.get("conversation").asText(),
              () -> {
                assertThat(chat.render(messages, false, first, eos))
                    .isEqualTo(each.get("rendered").asText());
                assertThat(chat.render(messages, true, first, eos))
                    .isEqualTo(each.get("rendered_with_generation_prompt").asText());
              }));
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests.stream();
  }

  /** Expected values from Jinja2 3.1.6 with trim_blocks and lstrip_blocks. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      value = {
        "{{ 1 + 2 * 3 }} § 7",
        "{{ 'a' ~ 1 ~ true }} § a1True",
        "{{ 7 // 2 }} {{ 7 % 4 }} {{ 7 / 2 }} {{ -3 }} § 3 3 3.5 -3",
        "{{ not false and 1 < 2 }} § True",
        "{{ 'yes' if messages else 'no' }} § yes",
        "{{ messages[0].content[1:3] }}{{ messages[0]['role'][::-1] }} § elresu",
        "{{ messages[-1].role }}{{ messages[9] }}. § user.",
        "{{ none }} {{ missing }}. {{ missing is defined }} § None . False",
        "{{ 'ell' in messages[0].content }} {{ 'x' not in 'abc' }} § True True",
        "{{ ' x '.strip() ~ 'ab'.upper() ~ 'Q r' | lower }} § xABq r",
        "{{ 'a,b'.split(',')[1] }}{{ ['p', 'q'] | join('-') }} § bp-q",
        "{{ messages | length }}{{ 'abc' | first }}{{ [1, 2] | last }} § 1a2",
        "{{ missing | default('d') }}{{ '' | default('e', true) }} § de",
        "{% for i in range(5) if i is odd %}{{ loop.index }}:{{ i }} {% endfor %}. § 1:1 2:3 .",
        "{% for i in [] %}x{% else %}none{% endfor %} § none",
        "{% for k, v in messages[0].items() if k == 'role' %}{{ k }}={{ v }}{% endfor %} § role=user",
        "{% set n = namespace(x=1) %}{% for i in [1, 2] %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }} § 4",
        "{% set x = 1 %}{% for i in [5] %}{% set x = i %}{% endfor %}{{ x }} § 1",
        "{% set x %}in{{ 1 }}{% endset %}{{ x }} § in1",
        "{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %} § 13",
        "{% for i in [1, 2, 3] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %} § 1",
        "a {%- if true -%} b {%- endif %} c § ab c",
        "a {#- note -#} b § ab",
        "{{ 'it\\'s' }} {{ \"\\u00e9\\x41\" }} {{ 'a' 'b' }} § it's éA ab",
        "{{ messages | selectattr('role', 'equalto', 'user') | list | length }} § 1",
        "{{ {'a'}.b }} § -",
      })
  void render_smallTemplates_isWhatJinjaPrints(String template, String wanted) {
    if (wanted.equals("-")) {
      assertThatThrownBy(() -> render(template)).isInstanceOf(UnsupportedModel.class);
      return;
    }
    assertThat(render(template)).isEqualTo(wanted);
  }

  /** A block tag on its own line leaves no trace: its indent and its line break go. */
  @Test
  void render_blocksOnTheirOwnLines_leaveNoBlankLines() {
    assertThat(render("a\n  {% if true %}\n b\n  {% endif %}\nc\n")).isEqualTo("a\n b\nc");
  }

  @Test
  void render_raiseException_isUnsupportedWithItsWords() {
    assertThatThrownBy(() -> render("{{ raise_exception('only users may speak') }}"))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("only users may speak");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% macro f() %}{% endmacro %}",
        "{{ messages.__class__.__mro__() }}",
        "{{ ''.__class__.forName('java.lang.Runtime') }}",
        "{{ 'a'.getClass() }}",
        "{{ strftime_now('%Y') }}",
        "{{ messages }}",
        "{{ 'a' + 1 }}",
        "{{ 1 % 0 }}",
        "{{ 9223372036854775807 }}",
        "{{ 'open",
        "{{ 1",
        "{% if true %}",
        "{% endif %}",
        "{# open",
        "{{ }}",
        "{% for x in 5 %}{% endfor %}",
        "{{ 1 < 2 < 3 }}",
        "{{ missing.part }}",
        "{{ 'a' | attr('b') }}",
        "{{ range(99999999) }}",
        "{% set x.y = 1 %}",
        "{{ '\\uZZZZ' }}",
        "{{ 1 ` 2 }}"
      })
  void render_whatIsOutsideTheSubset_isRefusedInOneLine(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageStartingWith("chat template")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% set n = namespace(x='aaaaaaaa') %}{% for i in range(64) %}"
            + "{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(64) %}"
            + "{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x='aa') %}{% for i in range(64) %}"
            + "{% set n.x = n.x.replace('a', n.x) %}{% endfor %}",
        "{% set n = namespace(x='aa') %}{% for i in range(64) %}"
            + "{% set n.x = [n.x, n.x] | join %}{% endfor %}",
      })
  void render_endlessWork_endsWithinASecondOrSo(String template) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThatThrownBy(() -> render(template))
                .isInstanceOf(UnsupportedModel.class)
                .hasMessageContaining("too much"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "not ", "1 if 1 else ", "-", "1+", "x.", "x[0]+"})
  void of_hugeNesting_isRefusedWithoutOverflow(String piece) {
    assertThatThrownBy(() -> render("{{ " + piece.repeat(20_000) + " }}"))
        .isInstanceOf(UnsupportedModel.class);
  }

  @Test
  void of_deepBlocks_isRefusedWithoutOverflow() {
    assertThatThrownBy(() -> render("{% if true %}".repeat(10_000)))
        .isInstanceOf(UnsupportedModel.class);
  }

  @Test
  void of_hugeTemplate_isRefused() {
    assertThatThrownBy(() -> ChatTemplate.of("x".repeat(300_000)))
        .isInstanceOf(UnsupportedModel.class);
  }
}
