package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.Example;
import palimpsest.api.Method;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.methods.StagedMethod;
import palimpsest.torch.Native;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.AdapterFolder;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.RunFolder;

/**
 * Changes the weights of a model by an approximate method and writes the changed model.
 *
 * @param job what is applied to what
 * @param out folder of the results
 */
record Changing(Applying job, Path out) {

  /**
   * What came of it.
   *
   * @param before digest of the weights before
   * @param after digest of the weights after
   * @param ledger hash of the last ledger line, of all stages where there are several
   */
  record Changed(String before, String after, String ledger) {}

  /** By descending a loss. */
  Changed descend(DescentMethod method) {
    try (TextModel text = TextModel.read(job.model(), job.template())) {
      String before = text.digest();
      RetainLoss keeping = job.tuning().retain().orElse(method.retainLoss());
      Optional<Adapter> adapter = job.tuning().trained().over(text.llama(), job.recipe().seed());
      try {
        String head = descend(method, keeping, text, adapter, before);
        adapter.ifPresent(a -> merge(a, text));
        finish(method, text, head);
        return new Changed(before, text.digest(), head);
      } finally {
        adapter.ifPresent(Adapter::close);
      }
    }
  }

  private String descend(
      DescentMethod method,
      RetainLoss keeping,
      TextModel text,
      Optional<Adapter> adapter,
      String before) {
    List<Example> kept = method.needsRetain() ? job.retain() : List.of();
    List<TokenizedExample> forget = text.encode(job.forget());
    List<TokenizedExample> retain = text.encode(kept);
    Set<Need> needs = method.needs(keeping);
    List<List<String>> alternates =
        needs.contains(Need.ALTERNATES) ? alternates(method, text) : List.of();
    Gathering.Sources sources =
        new Gathering.Sources(
            text,
            job.forget(),
            forget,
            kept,
            job.recipe().epochs(),
            job.recipe().seed(),
            adapter.isPresent());
    adapter.ifPresent(a -> text.llama().weights().recordGradients(false));
    try (Gathering gathered = Gathering.of(needs, sources, alternates)) {
      RunFolder run =
          new RunFolder(
              out.resolve("run"),
              header(method, before, Fingerprints.of(forget), Fingerprints.of(retain), alternates),
              job.checkpointEvery());
      Llama trained = adapter.map(a -> text.llama().with(a)).orElse(text.llama());
      Console.Bar bar = job.console().bar(method.id(), job.recipe().steps(forget.size()));
      new Descent(
              forget,
              retain,
              method.objective(gathered.materials(), keeping),
              job.recipe(),
              job.tuning().stepping(),
              Optional.of(run),
              p -> bar.at(p.step(), Notes.of(p)),
              job.console()::interrupted)
          .run(trained);
      return run.head();
    }
  }

  /** What the starting model answers instead, drawn once. */
  private List<List<String>> alternates(DescentMethod method, TextModel text) {
    Path file = out.resolve("alternates.json");
    int count = method.alternates();
    long seed = job.recipe().seed();
    String settings = Alternates.settings(text, job.forget(), count, seed);
    if (Files.exists(file)) {
      Alternates there = JsonFiles.read(file, Alternates.class);
      if (there.settings().equals(settings)) {
        return there.answers();
      }
    }
    job.console().say("Drawing " + count + " other answers to each question");
    Alternates drawn = Alternates.draw(text, job.forget(), count, seed);
    JsonFiles.write(file, drawn);
    return drawn.answers();
  }

  private void merge(Adapter adapter, TextModel text) {
    if (job.tuning().trained() instanceof Trained.LowRank lowRank) {
      Path fresh = out.resolve("adapter.new");
      Outputs.delete(fresh);
      AdapterFolder.write(Outputs.folder(fresh), adapter, lowRank);
      Outputs.delete(out.resolve("adapter"));
      Moves.atomically(fresh, out.resolve("adapter"));
    }
    adapter.mergeInto(text.llama().weights());
  }

  /** By descents and edits in turn. */
  Changed stage(StagedMethod method) {
    try (TextModel text = TextModel.read(job.model(), job.template())) {
      String before = text.digest();
      String head;
      try (Staging stages = new Staging(job, out.resolve("run"), text, method, before)) {
        method.change(stages);
        head = stages.head();
      }
      finish(method, text, head);
      Staging.clear(out.resolve("run"));
      return new Changed(before, text.digest(), head);
    }
  }

  private void finish(Method method, TextModel text, String head) {
    Path fresh = out.resolve("model.new");
    Outputs.delete(fresh);
    text.write(fresh);
    List<String> how = new ArrayList<>(List.of(method.id(), method.parameters().toString()));
    if (!job.tuning().isUsual()) {
      how.add(job.tuning().toString());
    }
    Manifest.beside(job.model())
        .map(m -> m.changed(String.join(" ", how), job.decision().examples(), head, text.digest()))
        .ifPresent(m -> JsonFiles.write(fresh.resolve(Manifest.FILE), m));
    Outputs.delete(out.resolve("model"));
    Moves.atomically(fresh, out.resolve("model"));
    if (method instanceof DescentMethod) {
      new RunFolder(out.resolve("run"), "", 0).dropCheckpoints();
    }
  }

  String header(
      Method method, String before, String forget, String retain, List<List<String>> alternates) {
    return String.format(
        Locale.ROOT,
        "{\"method\":\"%s %s\",\"recipe\":\"%s\",\"tuning\":\"%s\",\"start\":\"%s\",\"forget\":\"%s\",\"retain\":\"%s\",\"alternates\":\"%s\",\"threads\":%d}",
        method.id(),
        method.parameters(),
        job.recipe(),
        job.tuning(),
        before,
        forget,
        retain,
        alternates.isEmpty() ? "" : Fingerprints.of(alternates.toString()),
        Native.threads());
  }
}
