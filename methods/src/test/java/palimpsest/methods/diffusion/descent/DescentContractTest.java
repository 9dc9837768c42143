package palimpsest.methods.diffusion.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Diverged;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.diffusion.TextMap;
import palimpsest.torch.train.RunFolder;

/** What every descent owes its users, whatever its formula. */
@ExtendWith(LeakCheck.class)
class DescentContractTest {
  private static final Erasure ERASURE = Tiny.erasure(5);

  @TempDir Path folder;
  private Tiny tiny;

  static Stream<ImageDescent> methods() {
    return Tiny.methods();
  }

  @BeforeEach
  void open() {
    tiny = new Tiny();
  }

  @AfterEach
  void close() {
    tiny.close();
  }

  /**
   * What it trains has changed, all else is what it was to the last bit; stopped and resumed from
   * its folder it comes out the same; from another seed it does not.
   */
  @ParameterizedTest
  @MethodSource("methods")
  void change_isDeterministicAndChangesOnlyWhatItTrains(ImageDescent method) {
    Map<String, String> before = tiny.digests();
    List<Integer> steps = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    new ErasureRun(
            Optional.empty(),
            progress -> {
              steps.add(progress.step());
              losses.add(progress.loss());
            },
            () -> false)
        .change(tiny.model, method, ERASURE);
    assertThat(steps).containsExactly(1, 2);
    assertThat(losses).allMatch(loss -> Double.isFinite(loss) && loss >= 0);
    assertChanged(method, before, tiny.digests());
    assertThat(tiny.whole.weights().tensors().values()).allMatch(Tensor::requires_grad);
    String once = tiny.whole.weights().digest();
    assertThat(stoppedAndResumed(method)).isEqualTo(once);
    tiny.begin();
    ErasureRun.quiet().change(tiny.model, method, Tiny.erasure(6));
    assertThat(tiny.whole.weights().digest()).isNotEqualTo(once);
  }

  private static void assertChanged(
      ImageDescent method, Map<String, String> before, Map<String, String> now) {
    Set<String> changed =
        before.keySet().stream()
            .filter(name -> !before.get(name).equals(now.get(name)))
            .collect(Collectors.toSet());
    Set<String> wanted =
        before.keySet().stream().filter(trained(method)).collect(Collectors.toSet());
    assertThat(wanted).containsAll(changed);
    if (!(method instanceof SalUn)) { // whose mask may leave a tensor as it is
      assertThat(changed).containsAll(wanted);
    }
    assertThat(changed).isNotEmpty();
  }

  private String stoppedAndResumed(ImageDescent method) {
    tiny.begin();
    String before = tiny.whole.weights().digest();
    ErasureRun unwilling = new ErasureRun(Optional.empty(), p -> {}, () -> true);
    assertThatThrownBy(() -> unwilling.change(tiny.model, method, ERASURE))
        .isInstanceOf(Interrupted.class);
    AtomicInteger steps = new AtomicInteger();
    ErasureRun stopped =
        new ErasureRun(kept(), p -> steps.incrementAndGet(), () -> steps.get() == 1);
    assertThatThrownBy(() -> stopped.change(tiny.model, method, ERASURE))
        .isInstanceOf(Interrupted.class);
    assertThat(tiny.whole.weights().digest()).isEqualTo(before);
    new ErasureRun(kept(), p -> {}, () -> false).change(tiny.model, method, ERASURE);
    return tiny.whole.weights().digest();
  }

  private Optional<RunFolder> kept() {
    return Optional.of(
        new RunFolder(
            folder.resolve("run"),
            "{}",
            new RunFolder.Saving(1, new TreeSet<>()),
            new TreeSet<>()));
  }

  /** By the words of the papers: attn2, not attn2, its to_k and to_v, transformers, encoder. */
  private static Predicate<String> trained(ImageDescent method) {
    Predicate<String> unet = name -> name.startsWith("unet.");
    if (method instanceof AdvUnlearn) {
      Set<String> unread = Set.of("text_encoder.text_model.embeddings.token_embedding.weight");
      return unet.negate().or(unread::contains);
    }
    Predicate<String> map = unet.and(name -> !name.contains("norm"));
    if (method instanceof Spm) {
      return map.and(name -> name.contains("attentions.") && name.endsWith(".weight"));
    }
    Predicate<String> cross = name -> name.contains(".attn2.");
    return switch (method.parameters().get("region").intValue()) {
      case 0 -> map.and(cross);
      case 1 -> map.and(cross.negate());
      case 2 -> map.and(name -> name.matches(".*attn2\\.to_[kv]\\.weight"));
      case 4 -> map;
      default -> unet;
    };
  }

  @ParameterizedTest
  @MethodSource("methods")
  void change_atAnAbsurdRate_divergesAndChangesNothing(ImageDescent method) {
    String before = tiny.whole.weights().digest();
    ImageDescent absurd = Tiny.with(method, Map.of("learningRate", 1e30));
    assertThatThrownBy(() -> ErasureRun.quiet().change(tiny.model, absurd, ERASURE))
        .isInstanceOf(Diverged.class);
    assertThat(tiny.whole.weights().digest()).isEqualTo(before);
  }

  /** What a method reads and does not get is named. */
  @Test
  void change_withoutWhatItReads_isRefused() {
    Erasure bare = Erasure.ofTexts(ERASURE.concepts(), List.of(), 1);
    for (ImageDescent method :
        List.of(SalUn.defaults(), EraseDiff.defaults(), Spm.defaults(), AdvUnlearn.defaults())) {
      assertThatThrownBy(() -> ErasureRun.quiet().change(tiny.model, method, bare))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageStartingWith(method.id() + " needs ");
    }
    Erasure strange =
        new Erasure(
            ERASURE.concepts(), List.of(), Tiny.images(1, "a fish"), Tiny.images(1, "a fish"), 1);
    assertThatThrownBy(() -> ErasureRun.quiet().change(tiny.model, SalUn.defaults(), strange))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("a fish");
    assertThatThrownBy(() -> Erasure.ofTexts(List.of(), List.of(), 1))
        .isInstanceOf(InvalidRequest.class);
  }

  /** Texts of another kind, such as SDXL's, serve all methods but the one that trains them. */
  @Test
  void change_otherTexts_serveAllButTheEncodersMethod() {
    ImageModel other =
        new ImageModel(
            tiny.model.unet(),
            texts -> tiny.model.texts().read(texts),
            tiny.model.sampler(),
            tiny.model.shape());
    Tiny.methods()
        .forEach(
            method -> {
              if (method instanceof AdvUnlearn) {
                assertThatThrownBy(() -> ErasureRun.quiet().change(other, method, ERASURE))
                    .isInstanceOf(UnsupportedModel.class);
              } else {
                ErasureRun.quiet().change(other, method, ERASURE);
              }
            });
  }

  /** The regions by numbers: x and u share nothing and are all maps; strict x is the text maps. */
  @Test
  void region_numbers_partTheMaps() {
    Set<String> x = names(0);
    Set<String> u = names(1);
    assertThat(x).isNotEmpty().doesNotContainAnyElementsOf(u).contains(some("attn2.to_out.0.bias"));
    Set<String> maps = new TreeSet<>(x);
    maps.addAll(u);
    assertThat(names(4)).isEqualTo(maps).allMatch(name -> !name.contains("norm"));
    assertThat(names(2))
        .containsExactlyInAnyOrderElementsOf(
            tiny.model.unet().textMaps().stream().map(TextMap::weight).toList());
    assertThat(x).containsAll(names(2));
    assertThat(names(3)).isEqualTo(tiny.model.unet().weights().tensors().keySet());
    assertThatThrownBy(() -> Region.of(5)).isInstanceOf(InvalidRequest.class);
  }

  private Set<String> names(int region) {
    return tiny.model.unet().weights().tensors().keySet().stream()
        .filter(Region.of(region).of(tiny.model.unet()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String some(String end) {
    return "mid_block.attentions.0.transformer_blocks.0." + end;
  }
}
