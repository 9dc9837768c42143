package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Split;

class GalleryTest {
  private static final String JUDGE = "c".repeat(64);

  /** A grey picture of one pixel. */
  static String png(int width) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
      chunk(
          out,
          "IHDR",
          new byte[] {0, 0, (byte) (width >> 8), (byte) width, 0, 0, 0, 1, 8, 0, 0, 0, 0});
      Deflater deflater = new Deflater();
      deflater.setInput(new byte[] {0, 127});
      deflater.finish();
      byte[] packed = new byte[64];
      int length = deflater.deflate(packed);
      deflater.end();
      chunk(out, "IDAT", java.util.Arrays.copyOf(packed, length));
      chunk(out, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static void chunk(DataOutputStream out, String type, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(type.getBytes(UTF_8));
    crc.update(content);
    out.writeInt(content.length);
    out.write(type.getBytes(UTF_8));
    out.write(content);
    out.writeInt((int) crc.getValue());
  }

  private static Gallery.Shown shown(double probability) {
    return new Gallery.Shown(png(1), probability);
  }

  private static Gallery.Row row(Split split, String prompt, double before, double npo) {
    return new Gallery.Row(
        prompt,
        split,
        7,
        Map.of("original", shown(before), "npo", shown(npo)),
        Map.of("npo", shown(0.75)));
  }

  private static Dossier drawn(Gallery.Row... rows) {
    return SampleDossier.drawn(
        new Gallery("style <b>ink</b>", JUDGE, 0.5, "DDIM, 25 steps", List.of(rows)));
  }

  private static String page(Dossier dossier) {
    return new String(Page.render(Sealed.of(dossier, SampleDossier.artefacts()), "key"), UTF_8);
  }

  /** To go: 0.9 and 0.8 before; 0.2 and 0.5 after, of which the second is at the threshold. */
  @Test
  void verdict_countsPicturesThatShowTheTarget() {
    Dossier dossier =
        drawn(
            row(Split.FORGET, "a cat in ink", 0.9, 0.2),
            row(Split.FORGET, "a dog in ink", 0.8, 0.5),
            row(Split.RETAIN, "a dog in oil", 0.9, 0.9));

    assertThat(SuppressionRule.samples(dossier, "original"))
        .isEqualTo(new SuppressionRule.Tally(2, 2));
    assertThat(SuppressionRule.samples(dossier, "npo")).isEqualTo(new SuppressionRule.Tally(1, 2));
    Verdict verdict =
        Verdicts.of(dossier).stream()
            .filter(v -> v.outcome().equals("npo"))
            .findAny()
            .orElseThrow();
    assertThat(verdict.suppression().headline()).contains("1 of 2 sample pictures");
    assertThat(verdict.suppression().lines())
        .contains("The original gave it in 2 of 2 sample pictures.");
  }

  @Test
  void page_ofPictures_showsThemInsteadOfAnswersAndAllowsNothingElse() {
    String page = page(drawn(row(Split.FORGET, "a <i>cat</i> in ink", 0.9, 0.2)));

    assertThat(page.split("<img ", -1)).hasSize(4);
    assertThat(page)
        .contains("; img-src data:; base-uri", "id=\"pictures\"", "alt=\"npo, attacked\"")
        .contains("a &lt;i&gt;cat&lt;/i&gt; in ink", "style &lt;b&gt;ink", "seed 7")
        .contains("chip ok\">does not show it", "chip bad\">shows it", "P = 0.900")
        .doesNotContain("id=\"answers\"", "http://");
    assertThat(page(SampleDossier.make())).doesNotContain("img-src", "id=\"pictures\"");
  }

  @Test
  void dossier_withPictures_isReadAsItWasWritten() {
    Dossier dossier = drawn(row(Split.FORGET, "a cat in ink", 0.9, 0.2));
    byte[] json = Json.canonical(dossier);

    assertThat(Json.read(json, Dossier.class, "dossier")).isEqualTo(dossier);
    assertThat(new String(Json.canonical(SampleDossier.make()), UTF_8)).doesNotContain("gallery");
  }

  /** Three of four told: 75 %. */
  @Test
  void page_ofPictures_saysUnderWhichAttack_andWhatTheClassifierGetsWrong() {
    Gallery.Errors errors =
        new Gallery.Errors(
            "style", List.of("ink", "oil"), List.of(List.of(2, 1), List.of(0, 1)), 0.3, 0.95);
    Gallery gallery =
        new Gallery(
            "style ink",
            JUDGE,
            0.5,
            "DDIM",
            List.of(row(Split.FORGET, "a cat in ink", 0.9, 0.2)),
            Map.of("npo", "attack.x {k=3}"),
            List.of(errors));
    Dossier dossier = SampleDossier.drawn(gallery);

    assertThat(page(dossier))
        .contains("<bdi>npo</bdi>: <bdi>attack.x {k=3}</bdi>")
        .contains("<bdi>style</bdi> of 3 of 4 drawings (75 %; 95 % interval 30 % to 95 %)");
    assertThat(Json.read(Json.canonical(dossier), Dossier.class, "dossier")).isEqualTo(dossier);
    assertThatThrownBy(
            () -> new Gallery.Errors("style", List.of("ink"), List.of(List.of(1, 2)), 0, 1))
        .hasMessageContaining("counts of 1 by 1");
    assertThatThrownBy(
            () -> new Gallery.Errors("style", List.of("ink"), List.of(List.of(1)), 0.5, 1.5))
        .hasMessageContaining("must lie in 0 to 1, got 0.5 to 1.5");
  }

  @Test
  void scores_withIntervalsOfNoColumn_areRefused() {
    Map<String, Score> scores = Map.of("original", new Score.NotMeasured("none"));
    assertThatThrownBy(
            () -> new ScoreRow("x", 1, "m", Metric.Better.LOWER, scores, Optional.of(Map.of())))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("intervals of x must cover [original]");
  }

  @Test
  void picture_thatIsNone_isRefused() {
    for (String wrong : List.of("", "AAAA", "not base64!", "A".repeat(200))) {
      assertThatThrownBy(() -> new Gallery.Shown(wrong, 0.5))
          .as(wrong)
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("a picture is no");
    }
    assertThatThrownBy(() -> new Gallery.Shown("A".repeat(200_000), 0.5))
        .hasMessageContaining("at most 131072 characters");
    assertThatThrownBy(() -> new Gallery.Shown(png(600), 0.5)).hasMessageContaining("got 600 x 1");
    assertThatThrownBy(() -> shown(Double.NaN)).hasMessageContaining("from 0 to 1");
    assertThatThrownBy(() -> new Gallery("ink", JUDGE, 1, "DDIM", List.of()))
        .hasMessageContaining("threshold");
  }

  @Test
  void dossier_withPicturesOfAnUnknownModel_isRefused() {
    Gallery.Row row = new Gallery.Row("p", Split.FORGET, 1, Map.of("nobody", shown(0.5)), Map.of());
    assertThatThrownBy(() -> drawn(row))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("pictures of \"p\" must be of");
  }

  @Test
  void dossier_withAnswersAndPictures_isRefused() {
    Dossier d = SampleDossier.make();
    assertThatThrownBy(
            () ->
                SampleDossier.with(
                    d.samples(), Optional.of(new Gallery("ink", JUDGE, 0.5, "DDIM", List.of()))))
        .hasMessageContaining("both answers and pictures");
  }
}
