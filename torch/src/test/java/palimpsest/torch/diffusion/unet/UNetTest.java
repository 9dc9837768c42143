package palimpsest.torch.diffusion.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.TextMap;

class UNetTest {
  private static final UNetConfig CONFIG = UNetConfig.pixels(8, List.of(32, 64), 16);
  private static final String FIRST = "down_blocks.1.attentions.0.transformer_blocks.0.attn2";

  private final PointerScope scope = new PointerScope();
  private UNet model;

  @BeforeEach
  void draw() {
    torch.manual_seed(7);
    model = new UNet(CONFIG, Seeded.draw(new UNetParts(CONFIG)));
  }

  @AfterEach
  void free() {
    model.close();
    scope.close();
  }

  private static Tensor predict(UNet model) {
    torch.manual_seed(11);
    Tensor x = randn(2, 3, 8, 8);
    return model.predict(x, ones(2), Conditioning.of(randn(2, 5, 16)));
  }

  private static double distance(Tensor one, Tensor other) {
    return one.sub(other).abs().max().item_float();
  }

  /** Down 1, middle 1, up 0 two and up 1 none: four cross-attentions of a key and a value. */
  @Test
  void textMaps_smallModel_areKeysAndValuesInOrder() {
    List<TextMap> maps = model.textMaps();
    assertThat(maps).hasSize(8);
    assertThat(maps.get(0))
        .isEqualTo(new TextMap(FIRST + ".to_k.weight", Optional.empty(), TextMap.Role.KEY));
    assertThat(maps.get(1).role()).isEqualTo(TextMap.Role.VALUE);
    assertThat(maps.get(2).weight()).startsWith("mid_block.attentions.0.");
    assertThat(maps.get(7).weight())
        .isEqualTo("up_blocks.0.attentions.1.transformer_blocks.0.attn2.to_v.weight");
    assertThat(model.weights().tensors().keySet())
        .containsAll(maps.stream().map(TextMap::weight).toList());
  }

  /** The text enters by these maps only: with all of them zero, no word matters. */
  @Test
  void textMaps_allZero_textDoesNotMatter() {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor x = randn(1, 3, 8, 8);
      Conditioning one = Conditioning.of(randn(1, 5, 16));
      Conditioning other = Conditioning.of(randn(1, 5, 16));
      Tensor t = ones(1);
      assertThat(distance(model.predict(x, t, one), model.predict(x, t, other)))
          .isGreaterThan(1e-4);
      model.textMaps().forEach(map -> model.weights().tensor(map.weight()).zero_());
      assertThat(distance(model.predict(x, t, one), model.predict(x, t, other))).isZero();
    }
  }

  @Test
  void predict_twoImages_doNotSeeEachOther() {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor x = randn(2, 3, 8, 8);
      Tensor t = torch.tensor(new float[] {3, 800});
      Tensor text = randn(2, 5, 16);
      Tensor both = model.predict(x, t, Conditioning.of(text));
      Conditioning second = Conditioning.of(text.narrow(0, 1, 1));
      Tensor alone = model.predict(x.narrow(0, 1, 1), t.narrow(0, 1, 1), second);
      assertThat(distance(both.narrow(0, 1, 1), alone)).isLessThan(1e-5);
    }
  }

  @Test
  void predict_recordedAndNot_areTheSame() {
    Tensor recorded = predict(model);
    assertThat(recorded.requires_grad()).isTrue();
    try (AutoGradMode off = new AutoGradMode(false)) {
      assertThat(distance(recorded, predict(model))).isLessThan(1e-6);
    }
  }

  @Test
  void predict_misfit_isRefused() {
    Tensor x = zeros(2, 3, 8, 8);
    Conditioning text = Conditioning.of(zeros(2, 5, 16));
    assertThatThrownBy(() -> model.predict(zeros(2, 4, 8, 8), ones(2), text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("[2, 4, 8, 8]");
    assertThatThrownBy(() -> model.predict(x, ones(1), text)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> model.predict(x, ones(2), Conditioning.of(zeros(2, 5, 15))))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> model.predict(x, ones(2), Conditioning.of(zeros(1, 5, 16))))
        .isInstanceOf(InvalidRequest.class);
  }

  @Test
  void copy_changed_leavesTheOriginal() {
    try (UNet copy = model.copy();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor before = predict(model);
      assertThat(distance(predict(copy), before)).isZero();
      copy.weights().flat().mul_(new Scalar(0.5));
      assertThat(distance(predict(copy), before)).isGreaterThan(1e-4);
      assertThat(distance(predict(model), before)).isZero();
    }
  }

  /** One parameter in place of another: only it is trained, and only the overlaid model changes. */
  @Test
  void with_parameterReplaced_trainsItAlone() {
    String name = FIRST + ".to_v.weight";
    model.weights().recordGradients(false);
    try (Weights own = Weights.of(java.util.Map.of(name, model.weights().tensor(name)))) {
      own.gradient();
      UNet over = model.with(new Replaced(own));
      assertThat(over.weights()).isSameAs(own);
      assertThat(distance(predict(over), predict(model))).isZero();
      predict(over).square().sum().backward();
      assertThat(own.gradient().norm().item_float()).isGreaterThan(0);
      assertThat(model.weights().tensor(name).grad().defined()).isFalse();
      over.close(); // shares the model's parameters: nothing happens
      assertThat(predict(model).numel()).isEqualTo(2 * 3 * 8 * 8);
    }
  }

  private record Replaced(Weights own) implements Overlay {
    @Override
    public Weights trained(Weights base) {
      return own;
    }

    @Override
    public Tensor over(String name, Weights base) {
      return own.tensors().containsKey(name) ? own.tensor(name) : base.tensor(name);
    }
  }

  /** Every map says its name, linear ones and convolutions apart, and what is added counts. */
  @Test
  void with_additions_meetsEveryMap() {
    List<String> linear = new ArrayList<>();
    List<String> convolved = new ArrayList<>();
    Overlay listening =
        new Overlay() {
          @Override
          public Tensor add(Tensor y, Tensor x, String name) {
            linear.add(name);
            return name.equals(FIRST + ".to_k.weight") ? y.add(y) : y;
          }

          @Override
          public Tensor add(Tensor y, Tensor x, String name, Window window) {
            convolved.add(name);
            return y;
          }
        };
    try (AutoGradMode off = new AutoGradMode(false)) {
      assertThat(distance(predict(model.with(listening)), predict(model))).isGreaterThan(1e-6);
    }
    List<String> met = new ArrayList<>(linear);
    met.addAll(convolved);
    assertThat(met)
        .containsExactlyInAnyOrderElementsOf(
            model.weights().tensors().entrySet().stream()
                .filter(e -> e.getValue().dim() > 1)
                .map(java.util.Map.Entry::getKey)
                .toList());
    assertThat(convolved).contains("conv_in.weight", "down_blocks.0.downsamplers.0.conv.weight");
  }

  /** softmax(Q Kᵀ / √K) written out gives the same image, and its rows are probabilities. */
  @Test
  void with_attentionWrittenOut_isTheSame() {
    List<String> names = new ArrayList<>();
    Overlay written =
        new Overlay() {
          @Override
          public Tensor attend(String name, Tensor q, Tensor k, Tensor v) {
            Tensor scores =
                q.matmul(k.transpose(2, 3)).div(new Scalar(Math.sqrt((double) q.size(3))));
            Tensor shares = scores.softmax(3); // (B, N, L, T)
            if (name.endsWith("attn2")) {
              names.add(name);
              assertThat(shares.size(3)).isEqualTo(5);
              assertThat((double) shares.sum(3).min().item_float()).isCloseTo(1, within(1e-5));
            }
            return shares.matmul(v);
          }
        };
    try (AutoGradMode off = new AutoGradMode(false)) {
      assertThat(distance(predict(model.with(written)), predict(model))).isLessThan(1e-5);
    }
    assertThat(names).hasSize(4).startsWith(FIRST);
  }
}
