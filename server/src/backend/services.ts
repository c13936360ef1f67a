import type { ConfigurationService } from '../configuration/service.js';
import type { GalleryService } from '../dataset/gallery/service.js';
import type { DatasetService } from '../dataset/service.js';
import type { PicturesService } from '../visualization/service.js';
import type { EvaluationService } from '../evaluation/service.js';
import type { LabelOptions, LabelOutcome } from '../labeling/labeler.js';
import type { ModelLibrary } from '../labeling/model-library.js';
import type { LabelingService } from '../labeling/service.js';
import type { InitializationOptions, NotificationMethod, Notifications } from '../protocol/index.js';
import type { TrainingService } from '../training/service.js';
import type { MeasuredProgress, Work } from '../work.js';

/** What others see of a service. */
type Public<Service> = Pick<Service, keyof Service>;

/** What the backend needs of labelling; tests of the editor put a double in its place. */
export interface Labeling extends Omit<Public<LabelingService>, 'label'> {
  /** @throws UserError for a file or model that can't be used; CancelledError once `signal` is aborted */
  label(
    path: string,
    options: LabelOptions & Work<MeasuredProgress>,
  ): Promise<Pick<LabelOutcome, 'result' | 'overlays'>>;
}

/** Every service the backend offers, by area. */
export interface Services {
  readonly configuration: Public<ConfigurationService>;
  readonly datasets: Public<DatasetService>;
  readonly evaluation: Public<EvaluationService>;
  readonly galleries: Public<GalleryService>;
  readonly labeling: Labeling;
  readonly models: Public<ModelLibrary>;
  readonly pictures: Public<PicturesService>;
  readonly training: Public<TrainingService>;
}

/** What a service is made with. */
export interface ServiceTools {
  readonly options: InitializationOptions;
  readonly log: (line: string) => void;
  /** Tells the editor something. */
  readonly notify: <Method extends NotificationMethod>(method: Method, params: Notifications[Method]) => void;
}

/** Makes each service once the client has said where models lie and what to run on. */
export type ServiceFactories = {
  readonly [Area in keyof Services]: (tools: ServiceTools) => Services[Area] | Promise<Services[Area]>;
};
