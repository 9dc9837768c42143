package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import palimpsest.api.Cost;
import palimpsest.api.Guarantee;
import palimpsest.api.Metric.Better;
import palimpsest.api.Plan;
import palimpsest.api.Release;
import palimpsest.api.Remedy;
import palimpsest.api.Route;
import palimpsest.api.ShardedLoss;

class PageTest {
  private static final String HOSTILE =
      "</title><script>alert(1)</script>\"' onload=x & <img src=x> \u202egnp.exe\u0000\u200b\ufeff \ud800";

  @Test
  void page_ofSample_isWellFormedSmallAndSelfContained() throws Exception {
    String page = render(SampleDossier.make());
    Document document = parse(page);
    assertThat(page.getBytes(UTF_8).length).isLessThan(300_000);
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(page)
        .doesNotContain("src=", "url(", "@import", "http://")
        .doesNotContainPattern(" style=");
    NodeList links = document.getElementsByTagName("a");
    for (int i = 0; i < links.getLength(); i++) {
      String href = links.item(i).getAttributes().getNamedItem("href").getNodeValue();
      assertThat(page).contains("id=\"" + href.substring(1) + "\"");
    }
    assertThat(page).contains("default-src &#39;none&#39;; style-src &#39;sha256-");
  }

  /** The policy's hash is that of the style element's text, or no browser would apply it. */
  @Test
  void page_policy_allowsItsOwnStyleSheet() throws Exception {
    String page = render(SampleDossier.make());
    String css = parse(page).getElementsByTagName("style").item(0).getTextContent();
    String hash = java.util.Base64.getEncoder().encodeToString(Sha256.bytes(css.getBytes(UTF_8)));
    assertThat(page).contains("&#39;sha256-" + hash + "&#39;");
  }

  @Test
  void page_hostileTextEverywhere_isEscapedAndMadeVisible() throws Exception {
    Sealed sealed = Sealed.of(SampleDossier.make(), SampleDossier.artefacts());
    String page = new String(Page.render(hostile(sealed), "key"), UTF_8);
    Document document = parse(page);
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(document.getElementsByTagName("img").getLength()).isZero();
    assertThat(page).contains("[U+202E]gnp.exe[U+0000][U+200B][U+FEFF] [U+D800]");
    assertThat(page).doesNotContain("\u202e", "\u0000", "\ufeff", "<script", "<img");
  }

  private static Sealed hostile(Sealed sealed) {
    Dossier d = sealed.dossier();
    Dossier dossier =
        new Dossier(
            d.created(),
            HOSTILE,
            SampleDossier.request(HOSTILE, HOSTILE),
            d.found(),
            d.decision(),
            new Plan(
                List.of(),
                List.of(new Plan.Refusal(HOSTILE, HOSTILE)),
                Optional.of(List.of(new Route(HOSTILE, 1, cost(HOSTILE), List.of(HOSTILE)))),
                Optional.empty()),
            new Dossier.Original(HOSTILE, HOSTILE),
            d.outcomes().stream()
                .map(
                    o ->
                        new Outcome(
                            o.label().equals("npo") ? HOSTILE : o.label(),
                            o.remedy(),
                            o.steps(),
                            o.seconds(),
                            HOSTILE,
                            o.weightsAfter(),
                            o.guard(),
                            o.attacks()))
                .toList(),
            Optional.of(HOSTILE),
            d.reference(),
            List.of(),
            d.axes(),
            List.of(),
            List.of(new Dossier.Gap(HOSTILE, HOSTILE, HOSTILE)),
            Map.of(HOSTILE, HOSTILE),
            Map.of(HOSTILE, HOSTILE));
    return new Sealed(
        sealed.format(), 1, dossier, Verdicts.of(dossier), sealed.artefacts(), sealed.head());
  }

  private static Cost cost(String from) {
    return new Cost(from, true, Optional.of(150.0), 1_600_000, 900_000);
  }

  /** 150 seconds are 2.5 minutes, which round to 3. */
  @Test
  void page_planWithCosts_tellsThemAndWhereRecordsBegin() {
    Remedy replay = SampleDossier.remedy("exact.replay", Guarantee.EXACT, Map.of(), 90);
    Plan plan =
        new Plan(
            List.of(
                new Remedy(
                    replay.method(),
                    replay.guarantee(),
                    replay.parameters(),
                    replay.steps(),
                    Optional.of(cost("the first weights")),
                    replay.cannotShow())),
            List.of(),
            Optional.of(
                List.of(
                    new Route(
                        "exact.replay",
                        56,
                        new Cost("the checkpoint of step 34", false, Optional.empty(), 1, 1),
                        List.of("a#1", "a#2")))),
            Optional.of(new ShardedLoss(200, 0.5, 2.25, 4.5)));
    Html html = new Html();
    PageDone.plan(html, plan);

    assertThat(html.finish())
        .contains("at most 90 steps, 3 min", "the checkpoint of step 34", ">56 steps<", ">2<")
        .contains("on 200 records of the shards the mean loss of a token is 2.250 by the merged");
  }

  @Test
  void page_reference_saysWhetherItWasTrainedAnewOrReplayed() {
    Dossier.Reference reference = SampleDossier.make().reference().orElseThrow();
    Html anew = new Html();
    PageDone.reference(anew, reference, false);
    Html again = new Html();
    PageDone.reference(again, reference, true);

    assertThat(anew.finish()).contains("Retrained reference", "Trained from the start without");
    assertThat(again.finish())
        .contains("Replayed reference", "done again with the places")
        .doesNotContain("Trained from the start");
  }

  @Test
  void page_ownWords_claimNothingForbidden() {
    assertThat(render(SampleDossier.make()))
        .doesNotContainPattern("(?i)\\b(deleted|forgotten|compliant|compliance)\\b|infring");
  }

  @Test
  void page_sameContent_sameBytes() {
    assertThat(render(SampleDossier.make())).isEqualTo(render(SampleDossier.make()));
  }

  @Test
  void page_sample_showsVerdictsChecklistAndFailedAttacks() throws Exception {
    String text = parse(render(SampleDossier.make())).getDocumentElement().getTextContent();
    assertThat(text)
        .contains(
            "Weights changed; removal not shown",
            "Not removed: suppressed only",
            "Outside what this software can establish.",
            "0 of 320 sampled answers give it",
            "no holdout set was given: pass --holdout FILE",
            "palimpsest verify DIR",
            "they hold no question that could be asked",
            "Over-unlearning");
  }

  @Test
  void page_nothingDone_renders() throws Exception {
    Dossier d = SampleDossier.make(Release.OPEN_WEIGHTS, SampleDossier.request("R", "r"));
    Dossier empty =
        new Dossier(
            d.created(),
            d.generator(),
            d.request(),
            Found.of(List.of(), 0),
            d.decision(),
            new Plan(List.of(), List.of()),
            d.original(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            d.axes(),
            List.of(),
            List.of(),
            Map.of(),
            Map.of());
    assertThat(parse(render(empty)).getDocumentElement().getTextContent())
        .contains("Nothing was done, so there is nothing to judge.");
  }

  /** npo (0.69, 0.38) and guard (0.71, 0.36): guard beats it on both; nothing beats grad-ascent. */
  @Test
  void tradeOff_front_holdsWhatNoneBeats() {
    Dossier dossier = SampleDossier.make();
    ScoreRow utility = dossier.row("utility.model-utility").orElseThrow();
    ScoreRow forgetting = dossier.row("forgetting.rouge").orElseThrow();
    assertThat(TradeOff.spots(dossier, utility, forgetting))
        .filteredOn(TradeOff.Spot::onFront)
        .extracting(TradeOff.Spot::name)
        .containsExactly("grad-ascent", "guard");
  }

  /** Nearer the reference 0.40: retrain 0.41 (0.01) before npo 0.38 (0.02) before guard 0.36. */
  @Test
  void tradeOff_frontByNearness_measuresDistanceToTheReference() {
    Dossier dossier = SampleDossier.make();
    ScoreRow utility = dossier.row("utility.model-utility").orElseThrow();
    ScoreRow rouge = dossier.row("forgetting.rouge").orElseThrow();
    ScoreRow nearness = new ScoreRow("x", 1, "m", Better.NEARER_REFERENCE, rouge.scores());
    assertThat(TradeOff.spots(dossier, utility, nearness))
        .filteredOn(TradeOff.Spot::onFront)
        .extracting(TradeOff.Spot::name)
        .containsExactly("retrain", "guard");
  }

  @Test
  void html_unknownElementOrAttributeOrOpenElement_isRefused() {
    assertThatThrownBy(() -> new Html().open("script")).hasMessageContaining("script");
    assertThatThrownBy(() -> new Html().open("p", "onclick", "x")).hasMessageContaining("onclick");
    assertThatThrownBy(() -> new Html().open("p").finish()).hasMessageContaining("left open");
  }

  @Test
  void numbers_ofAllSizes_areThreeDigitsAndPlain() {
    assertThat(
            java.util.stream.DoubleStream.of(0, 0.5, 0.12345, 0.00001234, 12.345, 1140, 2.5e9, -0.1)
                .mapToObj(Numbers::of))
        .containsExactly("0", "0.5", "0.123", "0.0000123", "12.35", "1140", "2500000000", "-0.1");
    assertThat(Numbers.aligned(0.5)).isEqualTo("0.500");
  }

  private static String render(Dossier dossier) {
    return new String(Page.render(Sealed.of(dossier, SampleDossier.artefacts()), "key"), UTF_8);
  }

  private static Document parse(String page) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
  }
}
