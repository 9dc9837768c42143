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
  void bar_besideAnother_isShownWhenThatIsDone_asFarAsItIs() {
    Console.Bar first = console.bar("first", 2);
    Console.Bar second = console.bar("second", 9);
    first.at(1, "");
    second.at(4, "?");
    first.at(2, "!");
    second.at(5, "");
    first.at(2, " again");
    first.close();
    second.close();
    second.close();

    assertThat(told)
        .containsExactly(
            "begin first",
            "first 1",
            "first 2!",
            "end first",
            "begin second",
            "second 4?",
            "second 5",
            "end second");
    assertThat(console.interrupted()).isTrue();
  }

  /** A line ends the bar of a console: the task goes on below it. */
  @Test
  void say_whileATaskIsShown_beginsItsBarAgain() {
    Console.Bar task = console.bar("task", 3);
    console.say("a line");
    task.at(1, "");
    console.say("another");
    task.close();
    console.say("last");

    assertThat(told)
        .containsExactly(
            "begin task",
            "a line",
            "begin task",
            "task 1",
            "another",
            "begin task",
            "task 1",
            "end task",
            "last");
  }

  @Test
  void close_ofATaskThatIsNotShown_leavesTheOther() {
    Console.Bar first = console.bar("first", 2);
    console.bar("second", 1).at(1, "");
    first.at(1, "");

    assertThat(told).containsExactly("begin first", "first 1");
  }
}
