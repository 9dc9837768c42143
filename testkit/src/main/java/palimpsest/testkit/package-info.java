/** Contract tests, tiny models, golden values, leak checks. */
@NullMarked
package palimpsest.testkit;

import org.jspecify.annotations.NullMarked;
