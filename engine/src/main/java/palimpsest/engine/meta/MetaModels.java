package palimpsest.engine.meta;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import palimpsest.api.Recipe;
import palimpsest.engine.Applying;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Training;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Retrain;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;

/**
 * The models of a meta-evaluation on disk, each made once: with the part, without it, unlearned.
 */
record MetaModels(Knowledge knowledge, MetaSettings settings, Path folder, Console console) {
  private static final int CHECKPOINT_EVERY = 100;

  private Path folder(String name) {
    return folder.resolve(name);
  }

  /** The one with the knowledge. */
  TextModel original(int model) {
    return read(trained(model));
  }

  private static TextModel read(Path model) {
    return TextModel.read(model, PromptTemplate.Kind.PLAIN);
  }

  /** The folder of a model with the knowledge, which is trained unless it is there. */
  private Path trained(int model) {
    Path there = folder(MetaBench.with(model)).resolve("model");
    if (Files.exists(there)) {
      return there;
    }
    Recipe recipe = settings.seeded(settings.recipe(), model);
    Training training =
        new Training(
            folder(MetaBench.with(model)),
            recipe,
            PromptTemplate.Kind.PLAIN,
            CHECKPOINT_EVERY,
            console);
    training.fromScratch(knowledge.corpus(), settings.shape());
    return training.model();
  }

  /** The one retrained without the part. */
  TextModel retrain(int model) {
    Path to = folder(MetaBench.without(model));
    applying(model, settings.base(), Tuning.USUAL).apply(Retrain.defaults(), to);
    return read(to.resolve("model"));
  }

  /** An unlearned one. */
  TextModel unlearn(MetaSettings.Unlearned u) {
    Choice choice = Choice.parse(u.spec(), settings.seeded(settings.base(), u.seed()));
    Path to = folder(u.name());
    applying(u.seed(), choice.recipe(), choice.tuning()).apply(choice.method(), to);
    return read(to.resolve("model"));
  }

  private Applying applying(int model, Recipe recipe, Tuning tuning) {
    return new Applying(
        trained(model),
        knowledge.corpus(),
        knowledge.decision(),
        recipe,
        tuning,
        PromptTemplate.Kind.PLAIN,
        CHECKPOINT_EVERY,
        console);
  }

  /** One epoch on the part, as an attacker who has it would. */
  void relearn(TextModel model, int seed) {
    Recipe base = settings.seeded(settings.base(), seed);
    Recipe once =
        new Recipe(
            1,
            base.batch(),
            base.microBatch(),
            settings.relearnRate(),
            0,
            Recipe.Decay.CONSTANT,
            0,
            base.clip(),
            base.seed());
    new Descent(
            model.encode(knowledge.part()),
            Loss.NLL,
            once,
            Optional.empty(),
            p -> {},
            console::interrupted)
        .run(model.llama());
  }
}
