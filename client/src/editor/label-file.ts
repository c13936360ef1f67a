export { isLabelFile } from '@disc-labeling/server/protocol/label-file';
