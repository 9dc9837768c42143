package palimpsest.torch.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import palimpsest.api.UnsupportedModel;

/**
 * The values of a template, with the meaning that Python gives them: {@link String}, {@link Long},
 * {@link Double}, {@link Boolean}, {@link List}, {@link Map}, {@link Function} and the two below.
 */
enum JinjaValue {
  NONE("None"),
  UNDEFINED("");

  private final String text;

  JinjaValue(String text) {
    this.text = text;
  }

  /** Something that can be called. */
  @FunctionalInterface
  interface Function {
    Object call(List<Object> arguments, Map<String, Object> named, JinjaScope scope);
  }

  static UnsupportedModel fault(String what) {
    return new UnsupportedModel("chat template: " + what);
  }

  static String kind(Object value) {
    return value instanceof JinjaValue v
        ? v.name().toLowerCase(java.util.Locale.ROOT)
        : value instanceof String
            ? "text"
            : value instanceof Boolean
                ? "truth value"
                : value instanceof Number
                    ? "number"
                    : value instanceof List
                        ? "list"
                        : value instanceof Map ? "mapping" : "function";
  }

  /** What Python calls white space. */
  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean b) {
      return b;
    }
    if (value instanceof Number n) {
      return n.doubleValue() != 0;
    }
    return value instanceof String s
        ? !s.isEmpty()
        : value instanceof List<?> l
            ? !l.isEmpty()
            : value instanceof Map<?, ?> m ? !m.isEmpty() : value instanceof Function;
  }

  /** As it is printed; lists and mappings never are in a chat template. */
  static String text(Object value) {
    if (value instanceof Boolean b) {
      return b ? "True" : "False";
    }
    if (value instanceof JinjaValue v) {
      return v.text;
    }
    if (value instanceof String || value instanceof Number) {
      return value.toString();
    }
    throw fault("prints a " + kind(value));
  }

  static boolean same(Object a, Object b) {
    return (a instanceof Number x && b instanceof Number y)
        ? x.doubleValue() == y.doubleValue()
        : Objects.equals(a, b);
  }

  static int compare(Object a, Object b) {
    if (a instanceof Number x && b instanceof Number y) {
      return Double.compare(x.doubleValue(), y.doubleValue());
    }
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    throw fault("compares a " + kind(a) + " with a " + kind(b));
  }

  static boolean contains(Object container, Object item, JinjaScope scope) {
    if (container instanceof String text && item instanceof String part) {
      scope.spend(text.length());
      return text.contains(part);
    }
    if (container instanceof List<?> list) {
      scope.spend(list.size());
      return list.stream().anyMatch(each -> same(each, item));
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(item);
    }
    if (container == UNDEFINED) {
      return false;
    }
    throw fault("looks for a " + kind(item) + " in a " + kind(container));
  }

  static Object arithmetic(String operator, Object a, Object b, JinjaScope scope) {
    if (operator.equals("~")) {
      return join(text(a), text(b), scope);
    }
    if (operator.equals("+") && a instanceof String x && b instanceof String y) {
      return join(x, y, scope);
    }
    if (operator.equals("+") && a instanceof List<?> x && b instanceof List<?> y) {
      scope.spend((long) x.size() + y.size());
      List<Object> both = new ArrayList<>(x);
      both.addAll(y);
      return both;
    }
    if (!(a instanceof Number x) || !(b instanceof Number y)) {
      throw fault("a " + kind(a) + " " + operator + " a " + kind(b));
    }
    return a instanceof Long i && b instanceof Long j && !operator.equals("/")
        ? whole(operator, i, j)
        : real(operator, x.doubleValue(), y.doubleValue());
  }

  private static String join(String a, String b, JinjaScope scope) {
    scope.spend((long) a.length() + b.length());
    return a + b;
  }

  private static Object whole(String operator, long a, long b) {
    try {
      return switch (operator) {
        case "+" -> Math.addExact(a, b);
        case "-" -> Math.subtractExact(a, b);
        case "*" -> Math.multiplyExact(a, b);
        case "%" -> Math.floorMod(a, b);
        case "//" -> Math.floorDiv(a, b);
        default -> throw fault("operator " + operator + " is not supported");
      };
    } catch (ArithmeticException e) {
      throw fault(a + " " + operator + " " + b + " has no value");
    }
  }

  private static Object real(String operator, double a, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      default -> throw fault("operator " + operator + " is not supported on fractions");
    };
  }

  /** The items of a list, the keys of a mapping, the characters of a text. */
  static List<Object> items(Object value, JinjaScope scope) {
    if (value instanceof List<?> list) {
      scope.spend(list.size());
      return new ArrayList<>(list);
    }
    if (value instanceof Map<?, ?> map) {
      scope.spend(map.size());
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String text) {
      scope.spend(text.length());
      return new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
    }
    if (value == UNDEFINED) {
      return List.of();
    }
    throw fault("goes through a " + kind(value));
  }

  /** {@code value[key]}. */
  static Object item(Object value, Object key, JinjaScope scope) {
    if (value instanceof Map<?, ?> map) {
      Object found = map.get(key);
      return found == null ? UNDEFINED : found;
    }
    if (key instanceof Long index && (value instanceof List || value instanceof String)) {
      List<Object> items = items(value, scope);
      long i = index < 0 ? index + items.size() : index;
      return i < 0 || i >= items.size() ? UNDEFINED : items.get((int) i);
    }
    if (value == UNDEFINED || value == NONE) {
      throw fault("takes a part of something " + (value == NONE ? "that is none" : "undefined"));
    }
    return UNDEFINED;
  }

  /** {@code value[from:to:step]}; {@link #NONE} for an end that is not given. */
  static Object slice(Object value, Object from, Object to, Object by, JinjaScope scope) {
    List<Object> items = items(value, scope);
    int n = items.size();
    long step = by instanceof Long s ? s : 1;
    if (step == 0) {
      throw fault("a slice with step 0");
    }
    long begin = bound(from, step > 0 ? 0 : n - 1, n, step);
    long end = bound(to, step > 0 ? n : -1, n, step);
    List<Object> part = new ArrayList<>();
    for (long i = begin; step > 0 ? i < end : i > end; i += step) {
      part.add(items.get((int) i));
    }
    return value instanceof String
        ? part.stream().map(Object::toString).collect(java.util.stream.Collectors.joining())
        : part;
  }

  private static long bound(Object given, long otherwise, int n, long step) {
    if (!(given instanceof Long i)) {
      return otherwise;
    }
    long index = i < 0 ? i + n : i;
    return step > 0 ? Math.max(0, Math.min(n, index)) : Math.max(-1, Math.min(n - 1, index));
  }
}
