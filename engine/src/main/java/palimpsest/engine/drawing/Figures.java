package palimpsest.engine.drawing;

import static palimpsest.engine.drawing.Region.box;
import static palimpsest.engine.drawing.Region.disc;
import static palimpsest.engine.drawing.Region.line;
import static palimpsest.engine.drawing.Region.oval;
import static palimpsest.engine.drawing.Region.polygon;

/** The regions of {@link Figure}'s members. */
final class Figures {
  private static final double TURN = 2 * Math.PI;

  private Figures() {}

  static Region fish() {
    Region tail = polygon(0.4, 0, 0.98, -0.55, 0.85, 0, 0.98, 0.55);
    Region fin = polygon(-0.35, -0.35, 0.0, -0.72, 0.25, -0.62, 0.25, -0.25);
    return oval(-0.2, 0, 0.75, 0.45).or(tail, fin);
  }

  static Region fishDetail() {
    Region gill = disc(-0.75, 0, 0.6).minus(disc(-0.9, 0, 0.6));
    return disc(-0.6, -0.12, 0.12).or(gill.and(box(-0.4, -0.3, 1, 0.3)));
  }

  static Region tree() {
    return polygon(0, -1, 0.42, -0.42, -0.42, -0.42)
        .or(
            polygon(0, -0.75, 0.6, 0.1, -0.6, 0.1),
            polygon(0, -0.35, 0.78, 0.62, -0.78, 0.62),
            box(-0.14, 0.6, 0.14, 0.98));
  }

  static Region treeDetail() {
    return box(-0.14, 0.62, 0.14, 1);
  }

  static Region house() {
    return box(-0.62, -0.1, 0.62, 0.8)
        .or(polygon(-0.92, -0.02, 0, -0.85, 0.92, -0.02), box(0.38, -0.85, 0.62, -0.2));
  }

  static Region houseDetail() {
    return box(-0.16, 0.32, 0.16, 0.8).or(box(0.3, 0.1, 0.5, 0.34).mirrored());
  }

  static Region car() {
    return box(-0.97, -0.02, 0.97, 0.36)
        .or(polygon(-0.72, 0, -0.42, -0.5, 0.3, -0.5, 0.62, 0), disc(0.52, 0.38, 0.26).mirrored());
  }

  static Region carDetail() {
    Region windows = polygon(-0.5, -0.05, -0.32, -0.38, 0.24, -0.38, 0.44, -0.05);
    return windows.minus(box(-0.1, -1, 0, 0)).or(disc(0.52, 0.38, 0.17).mirrored());
  }

  static Region cat() {
    return oval(0, 0.15, 0.82, 0.68).or(polygon(0.8, 0.1, 0.72, -0.9, 0.12, -0.45).mirrored());
  }

  static Region catDetail() {
    Region mouth = line(0.05, 0, 0.35, 0, 0.5, 0.12, 0.58, 0.26, 0.5).mirrored();
    return oval(0.34, 0.05, 0.12, 0.17)
        .mirrored()
        .or(polygon(-0.14, 0.26, 0.14, 0.26, 0, 0.42), mouth);
  }

  static Region cup() {
    Region handle = oval(0.5, -0.05, 0.45, 0.42).minus(oval(0.5, -0.05, 0.24, 0.21));
    return polygon(-0.85, -0.7, 0.5, -0.7, 0.32, 0.75, -0.67, 0.75)
        .or(handle.and(box(0, -1, 1, 1)));
  }

  static Region cupDetail() {
    return box(-1, -0.35, 0.42, -0.12).and(box(-0.8, -1, 0.4, 1));
  }

  static Region key() {
    return disc(-0.52, 0, 0.46)
        .minus(disc(-0.55, 0, 0.2))
        .or(box(-0.15, -0.13, 1, 0.13), box(0.46, 0.1, 0.66, 0.48), box(0.8, 0.1, 1, 0.42));
  }

  static Region umbrella() {
    Region canopy = disc(0, 0.05, 0.98).and(box(-1, -1, 1, 0.05));
    Region scallops = oval(0, 0.05, 0.33, 0.2).or(oval(0.655, 0.05, 0.325, 0.2).mirrored());
    return canopy
        .minus(scallops)
        .or(
            line(0.08, 0, -0.2, 0, 0.78, 0.08, 0.9, 0.24, 0.9, 0.32, 0.76),
            box(-0.06, -1, 0.06, 0));
  }

  static Region umbrellaDetail() {
    return oval(0, 0.05, 0.33, 0.9).and(box(-1, -1, 1, 0.02));
  }

  static Region boat() {
    return polygon(-0.95, 0.38, 0.95, 0.38, 0.6, 0.82, -0.65, 0.82)
        .or(
            box(-0.06, -0.95, 0.06, 0.45),
            polygon(0.12, -0.9, 0.85, 0.24, 0.12, 0.24),
            polygon(-0.12, -0.6, -0.12, 0.24, -0.65, 0.24));
  }

  static Region boatDetail() {
    return box(-1, 0.36, 1, 1);
  }

  static Region mushroom() {
    Region cap = oval(0, 0.1, 0.92, 0.95).and(box(-1, -1, 1, 0.12));
    return cap.or(polygon(-0.26, 0.1, 0.26, 0.1, 0.36, 0.9, -0.36, 0.9));
  }

  static Region mushroomDetail() {
    return disc(-0.08, -0.48, 0.2).or(disc(0.5, -0.2, 0.16), disc(-0.55, -0.14, 0.16));
  }

  static Region heart() {
    Region lobe = disc(0.42, -0.32, 0.47);
    return lobe.or(polygon(0, -0.45, 0.5, -0.6, 0.832, -0.09, 0, 0.92)).mirrored();
  }

  static Region flower() {
    Region petals = disc(0, 0, 0.35);
    for (int i = 0; i < 6; i++) {
      petals = petals.or(oval(0, -0.62, 0.26, 0.36).turned(i * TURN / 6));
    }
    return petals;
  }

  static Region rocket() {
    Region hull = disc(0.56, 0.1, 1.07).and(disc(-0.56, 0.1, 1.07)).and(box(-1, -1, 1, 0.6));
    return hull.or(
        polygon(0.3, 0.1, 0.75, 0.5, 0.72, 0.95, 0.28, 0.55).mirrored(),
        polygon(-0.2, 0.6, 0.2, 0.6, 0, 1));
  }

  static Region rocketDetail() {
    return disc(0, -0.15, 0.19).or(box(-1, 0.6, 1, 1));
  }

  static Region butterfly() {
    Region upper = oval(0.62, 0, 0.46, 0.36).turned(-0.65);
    Region lower = oval(0.55, 0, 0.36, 0.26).turned(0.75);
    Region antenna = line(0.05, 0, -0.4, 0.24, -0.85);
    return upper.or(lower, antenna, oval(0, 0.05, 0.11, 0.6)).mirrored();
  }

  static Region butterflyDetail() {
    return oval(0, 0.05, 0.11, 0.6).or(disc(0.52, -0.4, 0.15).mirrored());
  }
}
