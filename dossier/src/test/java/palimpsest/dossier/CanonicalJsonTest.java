package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.CorruptArtifact;

class CanonicalJsonTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** RFC 8785, appendix B: IEEE 754 bits and their JSON text. */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000, 0",
    "8000000000000000, 0",
    "0000000000000001, 5e-324",
    "8000000000000001, -5e-324",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "ffefffffffffffff, -1.7976931348623157e+308",
    "4340000000000000, 9007199254740992",
    "c340000000000000, -9007199254740992",
    "4430000000000000, 295147905179352830000",
    "44b52d02c7e14af5, 9.999999999999997e+22",
    "44b52d02c7e14af6, 1e+23",
    "44b52d02c7e14af7, 1.0000000000000001e+23",
    "444b1ae4d6e2ef4e, 999999999999999700000",
    "444b1ae4d6e2ef4f, 999999999999999900000",
    "444b1ae4d6e2ef50, 1e+21",
    "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d, 0.000001",
    "41b3de4355555553, 333333333.3333332",
    "41b3de4355555554, 333333333.33333325",
    "41b3de4355555555, 333333333.3333333",
    "41b3de4355555556, 333333333.3333334",
    "41b3de4355555557, 333333333.33333343",
    "becbf647612f3696, -0.0000033333333333333333",
    "43143ff3c1cb0959, 1424953923781206.2"
  })
  void number_ofAppendixB_isItsText(String bits, String text) {
    double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
    assertThat(EcmaNumber.of(value)).isEqualTo(text);
    assertThat(canonical(CanonicalJson.parse(text.getBytes(UTF_8), "number"))).isEqualTo(text);
  }

  /**
   * 2^-44 = 5.68434188608080148...e-14. Of 16 digits ...801 is nearer but lies outside the narrow
   * half-gap below a power of two, so ...802 it is; 2e-3 and 2e23 are doubles that Java 17 prints
   * with a digit too many.
   */
  @ParameterizedTest
  @CsvSource({"0x1p-44, 5.684341886080802e-14", "2.0E-3, 0.002", "2.0E23, 2e+23"})
  void number_whereRoundingIsDelicate_isShortest(String value, String text) {
    assertThat(EcmaNumber.of(Double.parseDouble(value.replace("0x1p-44", "0x1.0p-44"))))
        .isEqualTo(text);
  }

  @Test
  void number_ofAnyBits_readsBackAndIsNoLongerThanJavas() {
    SplittableRandom random = new SplittableRandom(8785);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        String text = EcmaNumber.of(value);
        assertThat(Double.parseDouble(text)).isEqualTo(value);
        assertThat(digits(text)).isLessThanOrEqualTo(digits(Double.toString(value)));
      }
    }
  }

  private static int digits(String number) {
    return number
        .replaceAll("[eE].*", "")
        .replaceAll("[-.]", "")
        .replaceAll("^0+|0+$", "")
        .length();
  }

  @Test
  void bytes_notFinite_isRefused() {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> CanonicalJson.bytes(NODES.numberNode(value)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(Double.toString(value));
    }
  }

  @Test
  void bytes_integerBeyondTwoTo53_isRefusedUnlessADoubleHasItsDigits() {
    assertThat(canonical(NODES.numberNode((1L << 53) - 1))).isEqualTo("9007199254740991");
    assertThatThrownBy(() -> CanonicalJson.bytes(NODES.numberNode((1L << 53) + 1)))
        .hasMessage("integer beyond 2^53: 9007199254740993");
    assertThatThrownBy(() -> CanonicalJson.bytes(NODES.numberNode(Long.MAX_VALUE)))
        .hasMessageContaining("beyond 2^53");
  }

  /** RFC 8785, sections 3.2.2 to 3.2.4. */
  @Test
  void bytes_ofTheRfcsExample_areItsOutput() throws Exception {
    String input =
        "{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"
            + "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
            + "\"literals\": [null, true, false]}";
    assertThat(canonical(new ObjectMapper().readTree(input)))
        .isEqualTo(
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  }

  /** RFC 8785, section 3.2.3: UTF-16 order puts U+1F600 (D83D...) before U+FB33. */
  @Test
  void bytes_names_areInOrderOfUtf16Units() {
    var node = NODES.objectNode();
    for (String name : new String[] {"€", "\r", "\ufb33", "1", "😀", "\u0080", "ö"}) {
      node.put(name, 0);
    }
    assertThat(canonical(node))
        .isEqualTo("{\"\\r\":0,\"1\":0,\"\u0080\":0,\"ö\":0,\"€\":0,\"😀\":0,\"\ufb33\":0}");
  }

  @Test
  void bytes_loneSurrogate_isRefused() {
    for (String text : new String[] {"a\ud83d", "\ude00", "\ud83dx"}) {
      assertThatThrownBy(() -> CanonicalJson.bytes(NODES.textNode(text)))
          .hasMessageContaining("lone surrogate");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"b\":1,\"a\":2}",
        "{ }",
        "[1.0]",
        "[1e2]",
        "[-0]",
        "[\"\\u0041\"]",
        "[\"\\/\"]",
        "[\"\\ud800\"]",
        "[1]\n",
        "[1][1]",
        "[9007199254740993]",
        "[1e999]",
        "[NaN]",
        "\ufeff[]",
        "",
        "[",
        "// c\n[]"
      })
  void parse_notCanonical_isCorrupt(String text) {
    assertThatThrownBy(() -> CanonicalJson.parse(text.getBytes(UTF_8), "file"))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageStartingWith("file ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void parse_malformedUtf8OrDeepNesting_isCorrupt() {
    assertThatThrownBy(
            () -> CanonicalJson.parse(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}, "f"))
        .hasMessage("f is not UTF-8");
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThatThrownBy(() -> CanonicalJson.parse(deep.getBytes(UTF_8), "f"))
        .isInstanceOf(CorruptArtifact.class);
  }

  private static String canonical(JsonNode node) {
    return new String(CanonicalJson.bytes(node), UTF_8);
  }
}
