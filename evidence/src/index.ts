/** @zhenxue/evidence — the evidence format: what was recorded cannot be changed unnoticed. No IO. */
export {
  type ChainCheck,
  type ChainedRecord,
  chainNext,
  chainStart,
  checkChain,
  pureSha256,
  RECORD_KINDS,
  type RecordKind,
  type Sha256,
} from './chain.ts';
