package palimpsest.methods.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import palimpsest.api.Recipe;
import palimpsest.methods.StagedMethod;
import palimpsest.methods.Stages;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.Stepping;

/** Stages that keep nothing on disk and remember what was asked of them. */
final class StagesRig implements Stages {
  private final Llama model;
  private final List<TokenizedExample> forget;
  private final List<TokenizedExample> retain;
  private final List<TokenizedExample> unanswerable;
  private final Recipe recipe;
  private final List<Llama> copies = new ArrayList<>();

  /** Names of the descents, in order. */
  final List<String> descents = new ArrayList<>();

  /** Optimiser steps of all of them. */
  int steps;

  StagesRig(
      Llama model,
      List<TokenizedExample> forget,
      List<TokenizedExample> retain,
      List<TokenizedExample> unanswerable,
      Recipe recipe) {
    this.model = model;
    this.forget = forget;
    this.retain = retain;
    this.unanswerable = unanswerable;
    this.recipe = recipe;
  }

  /** Changes the model and closes the copies. */
  StagesRig run(StagedMethod method) {
    try {
      method.require(model);
      method.change(this);
    } finally {
      copies.forEach(Llama::close);
    }
    return this;
  }

  @Override
  public Llama model() {
    return model;
  }

  @Override
  public Llama copy() {
    Llama copy = model.copy();
    copies.add(copy);
    return copy;
  }

  @Override
  public List<TokenizedExample> forget() {
    return forget;
  }

  @Override
  public List<TokenizedExample> retain() {
    return retain;
  }

  @Override
  public List<TokenizedExample> unanswerable() {
    return unanswerable;
  }

  @Override
  public void read(String stage, List<TokenizedExample> data, Consumer<TokenBatch> reader) {
    for (int at = 0; at < data.size(); at += recipe.microBatch()) {
      List<TokenizedExample> rows =
          data.subList(at, Math.min(data.size(), at + recipe.microBatch()));
      Scopes.withoutGradient(
          () -> {
            reader.accept(TokenBatch.of(rows));
            return rows;
          });
    }
  }

  @Override
  public Recipe recipe() {
    return recipe;
  }

  @Override
  public void descend(
      String stage,
      Llama changed,
      List<TokenizedExample> data,
      List<TokenizedExample> companion,
      Objective objective,
      Recipe how) {
    descents.add(stage);
    new Descent(
            data,
            companion,
            objective,
            how,
            Stepping.PLAIN,
            Optional.empty(),
            p -> steps++,
            () -> false)
        .run(changed);
  }
}
