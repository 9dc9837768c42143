package palimpsest.metrics.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Split;
import palimpsest.metrics.PerExample;
import palimpsest.metrics.text.Rouge;

/**
 * LUME's two measures of an example. Its task is LUME's with the kind of its id: {@code Task1.sc}
 * for sentence completion, {@code Task1.qa} for question answering.
 */
final class LumeTask {
  private LumeTask() {}

  /** ROUGE-L recall, words stemmed, of the greedy completion; of the sentence completions. */
  static PerExample regurgitation(String task) {
    return new PerExample(
        "regurgitation, ROUGE-L recall of the completion" + named(task),
        "the task \"" + (task.isEmpty() ? "..." : task) + ".sc\"",
        item -> isOf(item, task, ".sc"),
        item -> Rouge.longest(item.example().completion(), item.answered()).recall());
  }

  /** Whether the greedy answer is the true one but for case and outer blanks; of the questions. */
  static PerExample knowledge(String task) {
    return new PerExample(
        "knowledge, exact match of the answer" + named(task),
        "the task \"" + (task.isEmpty() ? "..." : task) + ".qa\"",
        item -> isOf(item, task, ".qa"),
        item -> plain(item.example().completion()).equals(plain(item.answered())) ? 1 : 0);
  }

  private static String named(String task) {
    return task.isEmpty() ? "" : " in " + task;
  }

  private static String plain(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  private static boolean isOf(Item item, String task, String kind) {
    String of = item.example().probe().task();
    return of != null && of.endsWith(kind) && (task.isEmpty() || of.equals(task + kind));
  }

  /** The tasks of forget and retain, without kinds, in alphabetical order. */
  static List<String> tasks(Evidence evidence) {
    TreeSet<String> tasks = new TreeSet<>();
    for (Split split : List.of(Split.FORGET, Split.RETAIN)) {
      for (Item item : evidence.of(split)) {
        if (isOf(item, "", ".sc") || isOf(item, "", ".qa")) {
          String task = String.valueOf(item.example().probe().task());
          tasks.add(task.substring(0, task.length() - 3));
        }
      }
    }
    return List.copyOf(tasks);
  }
}
