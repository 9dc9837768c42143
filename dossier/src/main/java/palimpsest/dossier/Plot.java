package palimpsest.dossier;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import palimpsest.api.Attack;

/** Axes, points and lines in SVG; the same numbers give the same bytes on every machine. */
final class Plot {
  static final double WIDTH = 460;
  static final double HEIGHT = 330;
  private static final double LEFT = 58;
  private static final double TOP = 16;

  private final double height;
  private final double right;
  private final double bottom;
  private final Html html;
  private final Range xs;
  private final Range ys;
  private final List<double[]> taken = new ArrayList<>();

  private Plot(Html html, Range xs, Range ys, double width, double height) {
    this.height = height;
    this.right = width - 16;
    this.bottom = height - 48;
    this.html = html;
    this.xs = xs;
    this.ys = ys;
  }

  /** An axis' ends and the distance of its ticks. */
  record Range(double from, double to, double step) {
    /** From tick to tick around values. */
    static Range ticked(Collection<Double> values) {
      Range loose = loose(values, 0);
      double step = loose.step();
      double from = Math.floor(loose.from() / step) * step;
      return new Range(from, Math.ceil(loose.to() / step) * step, step);
    }

    /** Around values with a margin, in parts of their span; not below 0 where no value is. */
    static Range loose(Collection<Double> values, double margin) {
      double low = values.stream().mapToDouble(v -> v).min().orElse(0);
      double high = values.stream().mapToDouble(v -> v).max().orElse(1);
      double span = high > low ? high - low : Math.max(Math.abs(high), 1) * 0.2;
      double pad = high > low ? span * margin : span / 2;
      double from = low >= 0 ? Math.max(0, low - pad) : low - pad;
      return new Range(from, high + pad, step(span / 4));
    }

    static boolean drawable(Collection<Double> values) {
      return !values.isEmpty() && values.stream().allMatch(v -> Math.abs(v) < 1e12);
    }

    private static double step(double rough) {
      BigDecimal exact = new BigDecimal(Math.max(rough, 1e-9));
      BigDecimal unit = BigDecimal.ONE.scaleByPowerOfTen(exact.precision() - exact.scale() - 1);
      double times = exact.doubleValue() / unit.doubleValue();
      int nice = times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10;
      return unit.doubleValue() * nice;
    }

    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      double first = Math.ceil(from / step - 1e-6);
      for (int i = 0; i <= 12 && (first + i) * step <= to + step * 1e-6; i++) {
        ticks.add((first + i) * step);
      }
      return ticks;
    }
  }

  /** Opens a plot with its axes; {@link #close} ends it. */
  static Plot open(Html html, String title, Range xs, Range ys) {
    return open(html, title, xs, ys, 1);
  }

  /** Opens a plot so many times as wide and high, for many names. */
  static Plot open(Html html, String title, Range xs, Range ys, double times) {
    html.open(
        "svg",
        "viewBox",
        "0 0 " + at(WIDTH * times) + " " + at(HEIGHT * times),
        "role",
        "img",
        "aria-label",
        title,
        "class",
        "plot");
    return new Plot(html, xs, ys, WIDTH * times, HEIGHT * times);
  }

  void axes(String xLabel, String yLabel) {
    for (double tick : xs.ticks()) {
      double x = x(tick);
      line("grid", x, TOP, x, bottom);
      label(tickText(tick, xs.step()), x, bottom + 17, "middle", "tick");
    }
    for (double tick : ys.ticks()) {
      double y = y(tick);
      line("grid", LEFT, y, right, y);
      label(tickText(tick, ys.step()), LEFT - 7, y + 4, "end", "tick");
    }
    line("axis", LEFT, bottom, right, bottom);
    line("axis", LEFT, TOP, LEFT, bottom);
    label(Html.clip(xLabel, 64), (LEFT + right) / 2, height - 8, "middle", "label");
    String turn = "rotate(-90 14 " + at((TOP + bottom) / 2) + ")";
    html.leaf(
        "text",
        Html.clip(yLabel, 48),
        "x",
        "14",
        "y",
        at((TOP + bottom) / 2),
        "text-anchor",
        "middle",
        "class",
        "label",
        "transform",
        turn);
  }

  void close() {
    html.close();
  }

  /** A line through points, its colour and dash by {@code style}. */
  void curve(List<Attack.Point> points, String style) {
    StringBuilder path = new StringBuilder();
    for (Attack.Point p : points) {
      path.append(path.length() == 0 ? "" : " ")
          .append(at(x(p.x())))
          .append(',')
          .append(at(y(p.y())));
    }
    html.empty("polyline", "points", path.toString(), "class", "curve " + style);
    for (Attack.Point p : points.size() <= 30 ? points : List.<Attack.Point>of()) {
      html.empty(
          "circle", "cx", at(x(p.x())), "cy", at(y(p.y())), "r", "2.6", "class", "dot " + style);
    }
  }

  /** Keeps names off a straight line. */
  void avoid(Attack.Point from, Attack.Point to) {
    for (int i = 0; i <= 40; i++) {
      double x = x(from.x() + (to.x() - from.x()) * i / 40);
      double y = y(from.y() + (to.y() - from.y()) * i / 40);
      taken.add(new double[] {x - 2, y - 2, x + 2, y + 2});
    }
  }

  /** A line from bottom to top with a word beside it, where it is within the axes. */
  void upright(double px, String style, String word) {
    if (px >= xs.from() && px <= xs.to()) {
      line(style, x(px), TOP, x(px), bottom);
      label(word, x(px) + 5, TOP + 11, "start", "tick");
      avoid(new Attack.Point(px, ys.from()), new Attack.Point(px, ys.to()));
    }
  }

  /** A marker, later to be labelled. */
  void marker(double px, double py, Shape shape, String style) {
    double x = x(px);
    double y = y(py);
    taken.add(new double[] {x - 8, y - 8, x + 8, y + 8});
    html.empty("path", "d", shape.path(x, y), "class", "marker " + style);
  }

  /** The name of a marker, where it hides nothing if that can be done. */
  void name(double px, double py, String text) {
    String shown = Html.clip(text, 22);
    double w = shown.length() * 6.9;
    double x = x(px);
    double y = y(py);
    double[][] places = {
      {x + 11, y - 6}, {x - 11 - w, y - 6}, {x - w / 2, y - 24}, {x - w / 2, y + 10},
      {x + 12, y - 24}, {x + 12, y + 12}, {x - 12 - w, y - 24}, {x - 12 - w, y + 12},
      {x + 16, y - 40}, {x + 16, y + 28}, {x - 16 - w, y - 40}, {x - 16 - w, y + 28}
    };
    int best = 0;
    while (best < places.length && !free(places[best][0], places[best][1], w)) {
      best++;
    }
    double[] place = places[best % places.length];
    taken.add(new double[] {place[0], place[1], place[0] + w, place[1] + 13});
    if (best > 3) {
      double end = Math.min(Math.max(x, place[0]), place[0] + w);
      line("leader", x, y, end, place[1] > y ? place[1] : place[1] + 13);
    }
    boolean left = place[0] + w < x; // fonts differ in width: keep the end that is at the marker
    label(shown, left ? place[0] + w : place[0], place[1] + 10, left ? "end" : "start", "name");
  }

  private boolean free(double x, double y, double w) {
    return x >= LEFT + 2
        && x + w <= right + 8
        && y >= 2
        && y + 13 <= bottom
        && taken.stream().noneMatch(t -> x < t[2] && x + w > t[0] && y < t[3] && y + 13 > t[1]);
  }

  private void line(String style, double x1, double y1, double x2, double y2) {
    html.empty("line", "x1", at(x1), "y1", at(y1), "x2", at(x2), "y2", at(y2), "class", style);
  }

  private void label(String text, double x, double y, String anchor, String style) {
    html.leaf("text", text, "x", at(x), "y", at(y), "text-anchor", anchor, "class", style);
  }

  private double x(double value) {
    return LEFT + (value - xs.from()) / (xs.to() - xs.from()) * (right - LEFT);
  }

  private double y(double value) {
    return bottom - (value - ys.from()) / (ys.to() - ys.from()) * (bottom - TOP);
  }

  private static String at(double value) {
    return EcmaNumber.of(Math.round(value * 10) / 10.0);
  }

  /** A tick without the dust of adding steps. */
  private static String tickText(double tick, double step) {
    return Numbers.of(Math.round(tick / step) * new BigDecimal(step).doubleValue());
  }

  /** Forms of markers, so that nothing rests on colour alone. */
  enum Shape {
    CIRCLE,
    SQUARE,
    DIAMOND;

    String path(double x, double y) {
      return switch (this) {
        case CIRCLE -> "M" + at(x - 6) + " " + at(y) + "a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z";
        case SQUARE -> "M" + at(x - 5.5) + " " + at(y - 5.5) + "h11v11h-11z";
        case DIAMOND -> "M" + at(x) + " " + at(y - 7.5) + "l7.5 7.5l-7.5 7.5l-7.5 -7.5z";
      };
    }
  }
}
