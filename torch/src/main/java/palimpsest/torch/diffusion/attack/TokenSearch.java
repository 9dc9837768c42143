package palimpsest.torch.diffusion.attack;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.matmul;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import palimpsest.api.Attack.Curve;
import palimpsest.api.Attack.Point;
import palimpsest.api.Diverged;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Pictures;
import palimpsest.torch.train.Optimiser;

/** The search of {@link UnlearnDiffAtk} for the tokens before one prompt. */
final class TokenSearch implements AutoCloseable {
  private static final String U = "u";

  private final UnlearnDiffAtk attack;
  private final Situation situation;
  private final String prompt;
  private final int number;
  private final int[] body;
  private final int[] vocabulary;
  private final Tensor table; // (V, E) of the vocabulary that is searched
  private final Weights shares; // u, (k, V)
  private final Noised probe;

  /**
   * What was found.
   *
   * @param text tokens and prompt, as a user would type them
   * @param loss of it on the fixed draws
   * @param curve the least loss so far after each timestep; that of the prompt alone at 0
   */
  record Found(String text, double loss, Curve curve) {}

  TokenSearch(UnlearnDiffAtk attack, Situation situation, String prompt, int number) {
    Victim victim = situation.victim();
    this.attack = attack;
    this.situation = situation;
    this.prompt = prompt;
    this.number = number;
    body = Prompt.body(victim.tokenizer(), victim.tokenizer().encode(prompt));
    vocabulary = Typed.ids(victim.tokenizer());
    if (vocabulary.length == 0) {
      throw new InvalidRequest("the tokenizer has no token that can be typed; none can be found");
    }
    long[] ids = Arrays.stream(vocabulary).asLongStream().toArray();
    try (PointerScope scope = new PointerScope()) {
      table = Scopes.keep(Scopes.constant(() -> victim.text().embed(tensor(ids))));
    }
    shares = Weights.allocate(Map.of(U, List.of((long) attack.tokens(), (long) ids.length)));
    Scopes.withoutGradient(() -> shares.flat().fill_(new Scalar(1.0 / ids.length)));
    probe = Noised.fixed(situation);
  }

  Found run() {
    String text = text();
    double plain = loss(prompt);
    double best = Double.POSITIVE_INFINITY;
    List<Point> points = new ArrayList<>(List.of(new Point(0, plain)));
    SplittableRandom random = SeededNoise.stream(situation.seed(), number);
    try (Optimiser moving = Optimiser.Kind.ADAMW.of(shares, 0)) {
      for (int i = 0; i < attack.timesteps(); i++) {
        String what = attack.id() + " of prompt " + (number + 1);
        situation.watch().ask(new Watch.At(what, i + 1, attack.timesteps(), best));
        descend(i, moving, random);
        String candidate = text();
        double found = loss(candidate);
        text = found < best ? candidate : text;
        best = Math.min(best, found);
        points.add(new Point(i + 1, best));
      }
    }
    String name = attack.id() + " prompt " + (number + 1) + " seed " + situation.seed();
    return new Found(text, best, new Curve(name, "timesteps", "least loss so far", points));
  }

  /** The iterations at one timestep. */
  private void descend(int timestep, Optimiser moving, SplittableRandom random) {
    int stride = situation.victim().schedule().steps() / attack.timesteps();
    int t = stride / 2 + timestep * stride;
    List<CaptionedPicture> pictures = situation.cases().pictures();
    for (int i = 0; i < attack.iterations(); i++) {
      int step = timestep * attack.iterations() + i;
      // number 0 of the noise is the probe's
      Noised one =
          new Noised(
              List.of(pictures.get((number + step) % pictures.size())),
              List.of(t),
              situation.seed(),
              step + 1);
      try (PointerScope scope = new PointerScope()) {
        Tensor gradient = gradient(one, drawn(random));
        Tensor cut = gradient.clamp(bound(-1), bound(1));
        Scopes.withoutGradient(
            () ->
                shares
                    .gradient()
                    .copy_(cut.flatten().add(shares.flat(), new Scalar(attack.weightDecay()))));
      }
      moving.step(attack.learningRate(), 1);
      project();
    }
  }

  private static ScalarOptional bound(double at) {
    return new ScalarOptional(new Scalar(at));
  }

  /**
   * The gradient of the loss by the shares of all tokens at each place, (k, V), where the tokens
   * are those given.
   *
   * <pre>e_i = Σ_v u_iv E_v,  so  ∂L/∂u_iv = ⟨∂L/∂e_i, E_v⟩</pre>
   *
   * @param tokens places in the vocabulary that is searched
   */
  Tensor gradient(Noised noised, int... tokens) {
    return Scopes.compute(
        () -> {
          long[] at = Arrays.stream(tokens).asLongStream().toArray();
          Tensor chosen = table.index_select(0, tensor(at)).set_requires_grad(true); // (k, E)
          Tensor loss = loss(noised, chosen);
          double value = loss.item_double();
          if (!Double.isFinite(value)) {
            throw new Diverged(attack.id() + ": loss is " + value + "; nothing can be searched");
          }
          loss.backward();
          return matmul(chosen.grad(), table.t());
        });
  }

  /** The loss with tokens of any embeddings before the prompt, (k, E) to (). */
  Tensor loss(Noised noised, Tensor before) {
    Victim victim = situation.victim();
    int[] filled = new int[(int) before.size(0)];
    int[] ids = Prompt.encoded(victim.tokenizer(), Prompt.joined(filled, body));
    Tensor embedded = victim.text().embed(Pictures.ids(List.of(ids))); // (1, T, E)
    int k = filled.length;
    Tensor all =
        cat(
            new TensorVector(
                embedded.narrow(1, 0, 1),
                before.unsqueeze(0),
                embedded.narrow(1, k + 1L, ids.length - k - 1L)),
            1);
    return noised.loss(victim, victim.read(all).states());
  }

  /** The fixed draws' loss of a text as it is read. */
  double loss(String text) {
    Victim victim = situation.victim();
    return Scopes.withoutGradient(
        () ->
            probe
                .loss(victim, victim.read(victim.tokenizer().encode(text)).states())
                .item_double());
  }

  /** The likeliest tokens and the prompt. */
  private String text() {
    int[] before =
        Arrays.stream(rows()).mapToInt(row -> vocabulary[Simplex.largest(row)]).toArray();
    return situation.victim().tokenizer().decode(Prompt.joined(before, body));
  }

  /** Tokens by their shares, as places in the vocabulary that is searched. */
  private int[] drawn(SplittableRandom random) {
    return Arrays.stream(rows())
        .mapToInt(row -> Simplex.chosen(row, random.nextDouble()))
        .toArray();
  }

  private float[][] rows() {
    float[][] rows = new float[attack.tokens()][vocabulary.length];
    FloatPointer values = shares.tensor(U).data_ptr_float();
    for (int i = 0; i < rows.length; i++) {
      values.position((long) i * vocabulary.length).get(rows[i]);
    }
    values.close();
    return rows;
  }

  private void project() {
    float[][] rows = rows();
    FloatPointer values = shares.tensor(U).data_ptr_float();
    for (int i = 0; i < rows.length; i++) {
      Simplex.project(rows[i]);
      values.position((long) i * vocabulary.length).put(rows[i]);
    }
    values.close();
  }

  @Override
  public void close() {
    table.close();
    shares.close();
  }
}
