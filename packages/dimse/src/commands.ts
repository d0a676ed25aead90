/** Command Field (0000,0100), PS3.7 Annex E.1. Responses have the highest bit set. */
export const commandFields = {
  cStoreRequest: 0x0001,
  cStoreResponse: 0x8001,
  cGetRequest: 0x0010,
  cGetResponse: 0x8010,
  cFindRequest: 0x0020,
  cFindResponse: 0x8020,
  cMoveRequest: 0x0021,
  cMoveResponse: 0x8021,
  cEchoRequest: 0x0030,
  cEchoResponse: 0x8030,
  nEventReportRequest: 0x0100,
  nEventReportResponse: 0x8100,
  nGetRequest: 0x0110,
  nGetResponse: 0x8110,
  nSetRequest: 0x0120,
  nSetResponse: 0x8120,
  nActionRequest: 0x0130,
  nActionResponse: 0x8130,
  nCreateRequest: 0x0140,
  nCreateResponse: 0x8140,
  nDeleteRequest: 0x0150,
  nDeleteResponse: 0x8150,
  cCancelRequest: 0x0fff,
} as const;

export const responseBit = 0x8000;

/** Priority (0000,0700), PS3.7 Annex E.1. */
export const priorities = { medium: 0, high: 1, low: 2 } as const;
