/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine as the window and the terminal program see it; the only header that ui/ and app/ include. Objects are GObjects where
 * something watches them and refcounted, immutable structs where data flows. Every signal, notify and completion of an object runs in
 * the thread-default main context its session was made in. No call waits for data; those that take long are asynchronous.
 */
#pragma once

#include "engine-types.h"
#include "engine-check.h"
#include "engine-checkpoint.h"
#include "engine-preview.h"
#include "engine-probe.h"
#include "engine-query.h"
#include "engine-result.h"
#include "engine-script.h"
#include "engine-session.h"
