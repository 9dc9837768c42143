package palimpsest.torch.train;

import palimpsest.api.Recipe;

/**
 * A course whose learning rates were settled elsewhere.
 *
 * @param course what is met when
 * @param schedule at which rates
 */
record ScheduledCourse(Course course, Schedule schedule) implements Course {
  @Override
  public int steps() {
    return course.steps();
  }

  @Override
  public Planned at(int step) {
    return course.at(step);
  }

  @Override
  public Schedule schedule(Recipe recipe) {
    return schedule;
  }
}
