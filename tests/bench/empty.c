/* SPDX-License-Identifier: Apache-2.0 */

/* The start-up time that the libraries cost before the first line of ours: linked with all of them, and done. */
int
main (void)
{
  return 0;
}
