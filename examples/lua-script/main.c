/* A small host for Lua: runs the script named by the first argument, with the others in "arg". */

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s SCRIPT [ARGUMENTS]\n", argv[0]);
    return 2;
  }
  lua_State *lua = luaL_newstate();
  luaL_openlibs(lua);
  lua_newtable(lua);
  for (int i = 2; i < argc; i++) {
    lua_pushstring(lua, argv[i]);
    lua_rawseti(lua, -2, i - 1);
  }
  lua_setglobal(lua, "arg");
  int failed = luaL_dofile(lua, argv[1]);
  if (failed) {
    fprintf(stderr, "%s\n", lua_tostring(lua, -1));
  }
  lua_close(lua);
  return failed;
}
