import { answerJobs } from '../job-thread.js';
import { runJob } from './job.js';

/** Thread of the preparation. */
answerJobs(runJob);
