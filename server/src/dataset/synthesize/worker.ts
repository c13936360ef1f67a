import { answerJobs } from '../job-thread.js';
import { runJob } from './job.js';

/** Thread that draws subjects. */
answerJobs(runJob);
