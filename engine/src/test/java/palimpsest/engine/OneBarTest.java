package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of tasks at the same time one is shown. */
class OneBarTest {
  private final List<String> told = new ArrayList<>();

  private final Console console =
      new OneBar(
          new Console() {
            @Override
            public void say(String line) {
              told.add(line);
            }

            @Override
            public Bar bar(String task, long total) {
              told.add("begin " + task);
              return new Bar() {
                @Override
                public void at(long done, String note) {
                  told.add(task + " " + done + note);
                }

                @Override
                public void close() {
                  told.add("end " + task);
                }
              };
            }

            @Override
            public boolean interrupted() {
              return true;
            }
          });

  @Test
  void bar_besideAnother_isNotShown_untilThatIsDone() {
    Console.Bar first = console.bar("first", 2);
    Console.Bar second = console.bar("second", 1);
    first.at(1, "");
    second.at(1, "");
    console.say("a line");
    first.at(2, "!");
    Console.Bar third = console.bar("third", 3);
    first.at(2, " again");
    second.close();
    third.close();
    third.close();

    assertThat(told)
        .containsExactly(
            "begin first",
            "first 1",
            "a line",
            "first 2!",
            "end first",
            "begin third",
            "end third");
    assertThat(console.interrupted()).isTrue();
  }
}
