package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

/** What is laid over a model: where it begins, what it leaves alone, and what merging it gives. */
class AdapterTest {
  private static final LlamaConfig TINY = LlamaConfig.plain(40, 16, 32, 2, 4, 2, 64, true);
  private static final TokenizedExample EXAMPLE =
      new TokenizedExample(new int[] {5, 9, 3, 7, 11, 2}, 2);
  private static final Recipe RECIPE = new Recipe(4, 1, 1, 1e-2, 0, Recipe.Decay.CONSTANT, 0, 0, 0);

  private Llama model;

  @BeforeEach
  void open() {
    model = new Llama(TINY, InitialWeights.draw(TINY, 3));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static double nll(CausalLm of) {
    return Scopes.withoutGradient(() -> of.nll(TokenBatch.of(List.of(EXAMPLE))).item_double());
  }

  private static Adapter over(Llama model, Trained trained) {
    return trained.over(model, 1).orElseThrow();
  }

  /** Descends the adapter, merges it, and compares: the base has moved only by merging. */
  private void assertTrains(Trained trained) {
    double before = nll(model);
    String digest = model.weights().digest();
    try (Adapter adapter = over(model, trained)) {
      Llama with = model.with(adapter);
      assertThat(nll(with)).isEqualTo(before);
      model.weights().recordGradients(false);
      Descent.quiet(List.of(EXAMPLE), Loss.NLL, RECIPE).run(with);
      double after = nll(with);
      assertThat(after).isLessThan(before - 0.01);
      assertThat(model.weights().digest()).isEqualTo(digest);
      assertThat(nll(model)).isEqualTo(before);
      adapter.mergeInto(model.weights());
      assertThat(nll(model)).isCloseTo(after, within(1e-5));
    }
  }

  @Test
  void lowRank_trained_leavesTheModelUntilMerged() {
    assertTrains(new Trained.LowRank(2, 4, Trained.LowRank.DEFAULT.targets()));
  }

  @Test
  void copies_trained_leaveTheModelUntilMerged() {
    assertTrains(new Trained.Named(List.of("model.layers.1.mlp.*", "model.norm.weight")));
  }

  /** B all ones and A all ones, r = 2, α = 3: every entry of the matrix grows by 3/2 · 2 = 3. */
  @Test
  void lowRank_mergedOnes_addsAlpha() {
    String q = "model.layers.0.self_attn.q_proj.weight";
    try (Adapter adapter = over(model, new Trained.LowRank(2, 3, List.of("q_proj")));
        Weights before = model.weights().copy()) {
      Scopes.withoutGradient(() -> adapter.weights().flat().fill_(new Scalar(1.0)).numel());
      adapter.mergeInto(model.weights());
      try (PointerScope scope = new PointerScope()) {
        var grown = model.weights().tensor(q).sub(before.tensor(q));
        assertThat(grown.min().item_double()).isCloseTo(3, within(1e-5));
        assertThat(grown.max().item_double()).isCloseTo(3, within(1e-5));
      }
      String k = "model.layers.0.self_attn.k_proj.weight";
      assertThat(model.weights().tensor(k).equal(before.tensor(k))).isTrue();
    }
  }

  @Test
  void lowRank_sameSeed_isTheSame() {
    Trained lora = new Trained.LowRank(2, 4, List.of("q_proj"));
    try (Adapter one = over(model, lora);
        Adapter same = over(model, lora);
        Adapter other = lora.over(model, 2).orElseThrow()) {
      assertThat(same.weights().digest()).isEqualTo(one.weights().digest());
      assertThat(other.weights().digest()).isNotEqualTo(one.weights().digest());
    }
  }

  private void assertFits(String name, int tensors) {
    try (Adapter adapter = over(model, new Trained.Named(List.of(name)))) {
      assertThat(adapter.weights().tensors()).hasSize(tensors);
    }
  }

  @Test
  void named_pattern_takesWhatItNames() {
    try (Adapter adapter = over(model, new Trained.Named(List.of("model.layers.*.mlp.up_*")))) {
      assertThat(adapter.weights().tensors().keySet())
          .containsExactlyInAnyOrder(
              "model.layers.0.mlp.up_proj.weight", "model.layers.1.mlp.up_proj.weight");
    }
    assertFits("*", 20);
    assertFits("*norm*weight", 5);
    assertFits("model.layers.*.self_attn.*_proj.*", 8);
    assertFits("*.1.*down_proj.weight", 1);
    assertThat(new Trained.Everything().over(model, 1)).isEqualTo(Optional.empty());
    assertThatThrownBy(() -> over(model, new Trained.Named(List.of("*", "model.layer.0.*"))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no parameter is called model.layer.0.*");
    for (String none : List.of("model.norm.weight*weight", "norm*norm.weight", "model.norm")) {
      assertThatThrownBy(() -> over(model, new Trained.Named(List.of(none))))
          .isInstanceOf(InvalidRequest.class);
    }
  }

  /** What is written is read back bit for bit; of another rank it is refused. */
  @Test
  void folder_readBack_isTheSame(@TempDir Path folder) {
    Trained.LowRank how = new Trained.LowRank(2, 4, List.of("q_proj", "down_proj"));
    try (Adapter adapter = over(model, how)) {
      Descent.quiet(List.of(EXAMPLE), Loss.NLL, RECIPE).run(model.with(adapter));
      AdapterFolder.write(folder, adapter, how);
      try (Adapter read = AdapterFolder.read(folder, model, how)) {
        assertThat(read.weights().digest()).isEqualTo(adapter.weights().digest());
      }
      assertThatThrownBy(
              () ->
                  AdapterFolder.read(
                      folder, model, new Trained.LowRank(3, 4, List.of("q_proj", "down_proj"))))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("not of the shape");
      assertThatThrownBy(
              () -> AdapterFolder.read(folder, model, new Trained.LowRank(2, 4, List.of("q_proj"))))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("8 tensors, wanted the 4");
    }
  }

  /** W + ½ ΔW + ½ ΔW = W + ΔW, up to rounding. */
  @Test
  void merge_twoHalves_isTheWhole() {
    try (Llama whole = model.copy();
        Adapter adapter = over(model, Trained.LowRank.DEFAULT)) {
      Descent.quiet(List.of(EXAMPLE), Loss.NLL, RECIPE).run(model.with(adapter));
      adapter.mergeInto(whole.weights());
      double expected = nll(whole);
      assertThat(expected).isNotCloseTo(nll(model), within(0.01));
      adapter.mergeInto(model.weights(), 0.5);
      adapter.mergeInto(model.weights(), 0.5);
      assertThat(nll(model)).isCloseTo(expected, within(1e-5));
    }
  }
}
