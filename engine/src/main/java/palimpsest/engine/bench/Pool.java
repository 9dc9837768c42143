package palimpsest.engine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.engine.Console;
import palimpsest.engine.Outputs;

/**
 * Processes that work in one folder, each with one thread of libtorch.
 *
 * @param processes how many
 * @param command what each runs
 * @param logs folder of what they say
 */
public record Pool(int processes, List<String> command, Path logs, Console console) {
  /** System property that is true in a process of a pool. */
  public static final String WORKER = "palimpsest.bench.worker";

  /** Who started it, and when that one began: process numbers are used again. */
  private static final String STARTER = "palimpsest.bench.starter";

  private static final String STARTED = "palimpsest.bench.started";

  private static final long LOOK_MILLIS = 500;

  /** Whether this process is one of a pool. */
  public static boolean isWorker() {
    return Boolean.getBoolean(WORKER);
  }

  /** Whether this process is one of a pool whose starter is gone; an orphan has a new parent. */
  public static boolean isOrphan() {
    return isWorker()
        && !ProcessHandle.of(Long.getLong(STARTER, -1))
            .filter(ProcessHandle::isAlive)
            .map(Pool::started)
            .equals(Optional.ofNullable(System.getProperty(STARTED)));
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(String::valueOf).orElse("");
  }

  /** This Java virtual machine's own command with another main class and arguments. */
  public static List<String> java(String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.removeIf(option -> option.startsWith("-agentlib:") || option.startsWith("-javaagent:"));
    ProcessHandle ours = ProcessHandle.current();
    command.add("-D" + WORKER + "=true");
    command.add("-D" + STARTER + "=" + ours.pid());
    command.add("-D" + STARTED + "=" + started(ours));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return command;
  }

  /**
   * Starts them and waits for all to end. One that is killed is not started again: what it worked
   * on falls to the others.
   *
   * @param meanwhile done several times a second
   * @throws Interrupted if this thread is, after all have been asked to stop
   */
  public void run(Runnable meanwhile) {
    List<Process> workers = new ArrayList<>();
    try {
      for (int i = 1; i <= processes; i++) {
        workers.add(start(i));
      }
      boolean told = false;
      while (workers.stream().anyMatch(Process::isAlive)) {
        if (!told && console.interrupted()) {
          workers.forEach(Process::destroy); // SIGTERM: they stop at the next safe point
          told = true;
        }
        Thread.sleep(LOOK_MILLIS);
        meanwhile.run();
      }
    } catch (InterruptedException e) {
      throw new Interrupted("stopped while processes work", e);
    } finally {
      workers.forEach(Process::destroy);
    }
    for (int i = 0; i < processes; i++) {
      requireEndedWell(i + 1, workers.get(i).exitValue());
    }
  }

  private Path log(int worker) {
    return logs.resolve("worker-" + worker + ".log");
  }

  private Process start(int worker) {
    try {
      Outputs.folder(logs);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(log(worker).toFile());
      builder.environment().put("OMP_NUM_THREADS", "1");
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends as the process ended; one that a signal ended is told of. */
  private void requireEndedWell(int worker, int code) {
    String why = "worker " + worker + ": " + last(log(worker));
    switch (code) {
      case 0, 6 -> {}
      case 2 -> throw new InvalidRequest(why);
      case 3 -> throw new UnsupportedModel(why);
      case 4 -> throw new CorruptArtifact(why);
      case 5 -> throw new Diverged(why);
      default -> console.say("worker " + worker + " ended with " + code + ", see " + log(worker));
    }
  }

  private static String last(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return lines.isEmpty() ? "ended and said nothing" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      return "ended; its log cannot be read: " + e.getMessage();
    }
  }
}
