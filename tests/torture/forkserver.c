/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A library for LD_PRELOAD that makes a program start fifty times as it starts once: loaded and linked, it stops before main() and
 * waits for orders on standard input. Each order is run by a child, in main() as if nothing had happened; half of what a short run
 * costs is the dynamic linker's work, and that is saved.
 *
 *   order   u32 length, then words ended by zero bytes: path of a file for standard error, NAME=value…, an empty word, arguments…
 *   answer  i32 process id, then at its end i32 status as wait() gives it
 */

typedef int (*Main) (int, char **, char **);

static Main real_main;

static int
read_all (void  *bytes,
          size_t len)
{
  for (char *at = bytes; len > 0;)
    {
      ssize_t n = read (STDIN_FILENO, at, len);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return 0;
      at += n;
      len -= (size_t)n;
    }
  return 1;
}

static void
answer (int32_t value)
{
  if (write (STDOUT_FILENO, &value, sizeof value) != sizeof value)
    _exit (0);
}

static void
replace_fd (const char *path,
            int         fd)
{
  int opened = open (path, O_RDWR | O_CREAT | O_TRUNC, 0600);

  dup2 (opened, fd);
  close (opened);
}

/* In the child: becomes what the order says. */
static int
run (char  *words,
     size_t len,
     char  *program)
{
  char *end = words + len;
  char *argv[64] = { program };
  int   argc = 1;

  replace_fd ("/dev/null", STDIN_FILENO);
  replace_fd ("/dev/null", STDOUT_FILENO);
  replace_fd (words, STDERR_FILENO);
  words += strlen (words) + 1;
  for (; words < end && *words != 0; words += strlen (words) + 1)
    putenv (words);
  for (words++; words < end && argc < 63; words += strlen (words) + 1)
    argv[argc++] = words;
  return real_main (argc, argv, environ);
}

static int
serve (int    argc,
       char **argv,
       char **environment)
{
  uint32_t len;

  (void)argc;
  (void)environment;
  unsetenv ("LD_PRELOAD");
  while (read_all (&len, sizeof len))
    {
      char *words = malloc (len + 1);
      int   status = 0;
      pid_t child;

      if (!read_all (words, len))
        return 0;
      words[len] = 0;
      child = fork ();
      if (child == 0)
        return run (words, len, argv[0]);
      free (words);
      answer (child);
      while (waitpid (child, &status, 0) < 0 && errno == EINTR)
        ;
      answer (status);
    }
  return 0;
}

__attribute__ ((visibility ("default"))) int __libc_start_main (Main program, int argc, char **argv, void (*init) (void), void (*fini) (void), void (*rtld_fini) (void), void *stack_end);

int
__libc_start_main (Main   program,
                   int    argc,
                   char **argv,
                   void (*init) (void),
                   void (*fini) (void),
                   void (*rtld_fini) (void),
                   void *stack_end)
{
  typeof (&__libc_start_main) next = (typeof (&__libc_start_main))dlsym (RTLD_NEXT, "__libc_start_main");

  real_main = program;
  return next (serve, argc, argv, init, fini, rtld_fini, stack_end);
}
