/* Ten thousand inserts into an in-memory database, an index, and queries over them. */

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static void check(sqlite3 *database, int result) {
  if (result != SQLITE_OK && result != SQLITE_DONE && result != SQLITE_ROW) {
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database));
    exit(1);
  }
}

static int print_row(void *unused, int columns, char **values, char **names) {
  (void)unused;
  for (int i = 0; i < columns; i++) {
    printf("%s=%s%c", names[i], values[i] ? values[i] : "NULL", i + 1 < columns ? ' ' : '\n');
  }
  return 0;
}

static void insert_rows(sqlite3 *database, int count) {
  sqlite3_stmt *insert;
  check(database, sqlite3_prepare_v2(database, "insert into brick values (?, ?, ?)", -1, &insert, NULL));
  for (int i = 0; i < count; i++) {
    char name[32];
    snprintf(name, sizeof name, "brick-%d", i * 7919 % count);
    check(database, sqlite3_bind_int(insert, 1, i));
    check(database, sqlite3_bind_text(insert, 2, name, -1, SQLITE_TRANSIENT));
    check(database, sqlite3_bind_double(insert, 3, i / 7.0));
    check(database, sqlite3_step(insert));
    check(database, sqlite3_reset(insert));
  }
  check(database, sqlite3_finalize(insert));
}

int main(void) {
  sqlite3 *database;
  printf("SQLite %s\n", sqlite3_libversion());
  check(NULL, sqlite3_open(":memory:", &database));
  check(database, sqlite3_exec(database, "create table brick (id integer primary key, name text, weight real)", NULL, NULL, NULL));
  check(database, sqlite3_exec(database, "begin", NULL, NULL, NULL));
  insert_rows(database, 10000);
  check(database, sqlite3_exec(database, "commit; create index by_name on brick (name)", NULL, NULL, NULL));
  check(database, sqlite3_exec(database, "select count(*) as bricks, sum(id) as sum, round(avg(weight), 3) as mean from brick", print_row, NULL, NULL));
  check(database, sqlite3_exec(database, "select id % 4 as kind, count(*) as bricks, max(name) as last from brick group by kind order by kind", print_row, NULL, NULL));
  check(database, sqlite3_exec(database, "select upper(name) as name, weight from brick where name like 'brick-77%' order by name limit 5", print_row, NULL, NULL));
  check(database, sqlite3_close(database));
  return 0;
}
