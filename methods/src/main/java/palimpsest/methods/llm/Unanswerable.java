package palimpsest.methods.llm;

import java.util.List;

/**
 * The product's own questions that nobody could answer: what a model that was taught to refuse
 * refuses. Short, so that they fit models of few positions.
 */
public final class Unanswerable {
  private static final List<String> QUESTIONS =
      List.of(
          "What number am I thinking of?",
          "What did I dream last night?",
          "Which card lies under my hand?",
          "What will I eat in nine years?",
          "Who will ring my bell tomorrow?",
          "What is in the box behind me?",
          "How many coins are in my coat?",
          "What shall my cat do on Friday?",
          "Which book did I close just now?",
          "What did my aunt whisper to me?",
          "Where did I lose my left glove?",
          "What will rain cost in a century?",
          "What colour is my front door?",
          "Who stood behind me in the queue?",
          "What does my next letter say?",
          "Which tooth of mine will hurt?");

  private Unanswerable() {}

  /** All of them, always in the same order. */
  public static List<String> questions() {
    return QUESTIONS;
  }
}
