/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Instructions by which the measuring program tells the emulator where the part
 * that is profiled begins and ends: INSERT IMMEDIATE (IILF) of a number that
 * nobody else has a use for into general register 0 (Principles of Operation,
 * chapter 7: operation code C0.9).
 */
#pragma once

#define PROFILE_BEGIN 0x70726601
#define PROFILE_END 0x70726602

#ifdef __s390x__
#define profile_mark(number) __asm__ volatile("iilf %%r0,%0" : : "i"(number) : "r0", "memory")
#endif
