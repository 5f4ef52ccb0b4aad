/* An interpreter with its C extensions: libpython, which is not position-independent. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *brick(PyObject *self, PyObject *arguments) {
  int count;
  if (!PyArg_ParseTuple(arguments, "i", &count)) return NULL;
  return PyUnicode_FromFormat("%d bricks", count);
}

static PyMethodDef methods[] = {{"brick", brick, METH_VARARGS, "Counts bricks."}, {NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "kiln", NULL, -1, methods};

static PyObject *create(void) { return PyModule_Create(&module); }

int main(int argc, char **argv) {
  PyImport_AppendInittab("kiln", create);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  PyConfig_SetBytesString(&config, &config.program_name, "/usr/bin/python3.11");
  Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  int failed = PyRun_SimpleString(
      "import kiln, json, math, re\n"
      "print(kiln.brick(7))\n"
      "print(json.dumps({'area': round(math.pi * 4, 6), 'words': re.findall(r'\\w+', 'clay and reed')}))\n"
      "try:\n"
      "  1 // 0\n"
      "except ZeroDivisionError as error:\n"
      "  print(error)\n");
  return Py_FinalizeEx() < 0 || failed;
}
